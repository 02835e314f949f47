package io.mman.testing;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** An action on a thread of its own. */
public final class Elsewhere {
  private static final long SECONDS = 60;

  /** May throw anything. */
  public interface Action {
    void run() throws Throwable;
  }

  public final Thread thread;
  private final CompletableFuture<Void> end = new CompletableFuture<>();

  private Elsewhere(Action action) {
    thread =
        Thread.ofPlatform()
            .daemon()
            .start(
                () -> {
                  try {
                    action.run();
                    end.complete(null);
                  } catch (Throwable e) {
                    end.completeExceptionally(e);
                  }
                });
  }

  public static Elsewhere start(Action action) {
    return new Elsewhere(action);
  }

  /** Runs an action to its end; throws what it throws. */
  public static void run(Action action) throws Throwable {
    start(action).join();
  }

  /** Returns once the thread waits for a lock; fails if it ends without waiting. */
  public Elsewhere awaitWaiting() {
    while (thread.getState() != Thread.State.WAITING) {
      if (end.isDone()) {
        throw new AssertionError("did not wait");
      }
      Thread.onSpinWait();
    }
    return this;
  }

  /** Returns once the thread is inside a method of this name. */
  public Elsewhere awaitIn(String method) {
    while (true) {
      for (StackTraceElement frame : thread.getStackTrace()) {
        if (frame.getMethodName().equals(method)) {
          return this;
        }
      }
      if (end.isDone()) {
        throw new AssertionError("did not call " + method);
      }
      Thread.onSpinWait();
    }
  }

  public boolean isDone() {
    return end.isDone();
  }

  /** Waits for the end; throws what the action threw. */
  public void join() throws Throwable {
    try {
      end.get(SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw e.getCause();
    } catch (TimeoutException e) {
      AssertionError failure = new AssertionError("no end of " + thread);
      failure.setStackTrace(thread.getStackTrace());
      throw failure;
    }
  }
}
