package io.mman.testing;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** A thread that runs tasks, and knows its number in the kernel. */
public final class TracedThread implements AutoCloseable {
  private static final long SECONDS = 60;

  private final ExecutorService thread = Executors.newSingleThreadExecutor();
  private final long id;

  /** Starts the thread. */
  public TracedThread() throws Exception {
    Path self = call(() -> Files.readSymbolicLink(Path.of("/proc/thread-self")));
    id = Long.parseLong(self.getFileName().toString());
  }

  /** Returns the kernel's number of the thread. */
  public long id() {
    return id;
  }

  /** Runs something on the thread, and passes on what it returns or throws. */
  public <T> T call(Callable<T> task) throws Exception {
    try {
      return thread.submit(task).get(SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Exception cause) {
        throw cause;
      }
      throw e;
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
