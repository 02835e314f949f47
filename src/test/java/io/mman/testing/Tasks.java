package io.mman.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;

/** What the threads of this process are doing. */
public final class Tasks {
  private static final long SECONDS = 60;

  private Tasks() {}

  /** Waits until some thread is in a system call that was given an address. */
  public static void awaitCallWith(long address) {
    String argument = " 0x" + Long.toHexString(address) + " ";
    await(() -> isInCallWith(argument), "a call with" + argument);
  }

  private static boolean isInCallWith(String argument) {
    try (DirectoryStream<Path> tasks = Files.newDirectoryStream(Path.of("/proc/self/task"))) {
      for (Path task : tasks) {
        if (callOf(task).contains(argument)) {
          return true;
        }
      }
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The number of the call, its six arguments, the stack and the instruction. */
  private static String callOf(Path task) {
    try {
      return Files.readString(task.resolve("syscall"));
    } catch (IOException ended) {
      return "";
    }
  }

  /** Waits until a thread waits for a lock, or has ended. */
  public static void awaitWaiting(Thread thread) {
    await(() -> !thread.isAlive() || thread.getState() == Thread.State.WAITING, thread.toString());
  }

  /** It happens at once, or never: the time only ends a test that would hang. */
  private static void await(BooleanSupplier condition, String what) {
    long end = System.nanoTime() + SECONDS * 1_000_000_000;
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - end > 0) {
        throw new AssertionError("waited in vain for " + what);
      }
      Thread.onSpinWait();
    }
  }
}
