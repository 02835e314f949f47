package io.mman.internal.libc;

import io.mman.internal.thread.LibraryThreads;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A call that may block and that a platform thread makes for a virtual one, which parks meanwhile.
 * Made by the virtual thread itself, it would keep the carrier busy, and with all carriers busy no
 * other virtual thread could run.
 *
 * <p>Errno and structures are in the scratch memory of the virtual thread, as for every other call.
 */
final class OffloadedCall implements Runnable {
  private final Thread caller = Thread.currentThread();
  private final AtomicBoolean hasBegun = new AtomicBoolean();
  private final CFunction function;
  private final MemorySegment scratch;
  private final long[] arguments;
  private final MemorySegment held;
  private final MemorySegment alsoHeld;
  private long result;
  private @Nullable Throwable thrown;

  /** Written after the result, and read before it. */
  private volatile boolean isDone;

  /**
   * Prepares a call.
   *
   * @throws IllegalStateException if the arena of a segment is closed
   * @throws WrongThreadException if it is confined to another thread
   */
  OffloadedCall(
      CFunction function,
      MemorySegment scratch,
      long[] arguments,
      MemorySegment held,
      MemorySegment alsoHeld) {
    this.function = function;
    this.scratch = scratch;
    this.arguments = arguments;
    this.held = requireUsable(held);
    this.alsoHeld = requireUsable(alsoHeld);
  }

  private MemorySegment requireUsable(MemorySegment segment) {
    if (!segment.isAccessibleBy(caller)) {
      throw new WrongThreadException("the memory is confined to another thread");
    }
    if (!segment.scope().isAlive()) {
      throw new IllegalStateException("the arena of the memory is closed");
    }
    return segment;
  }

  /** Has the call made, and waits for it even if interrupted, because it uses the memory. */
  long make() {
    try {
      LibraryThreads.execute(this);
    } catch (OutOfMemoryError | LinkageError e) {
      run(); // no thread can be started: blocking the carrier is better than failing
    }
    boolean interrupted = false;
    while (!isDone) {
      LockSupport.park(this);
      interrupted |= Thread.interrupted(); // the next park would return at once
    }
    if (interrupted) {
      caller.interrupt();
    }
    if (thrown != null) {
      throw Linking.unexpected(thrown);
    }
    return result;
  }

  @Override
  public void run() {
    if (!hasBegun.compareAndSet(false, true)) {
      return;
    }
    try {
      result = function.callHere(scratch, arguments, sharedOrNone(held), sharedOrNone(alsoHeld));
    } catch (Throwable e) {
      thrown = e;
    }
    isDone = true;
    LockSupport.unpark(caller);
  }

  /**
   * Returns a segment that keeps its arena open during the call. A confined arena needs none: the
   * only thread that could close it waits.
   */
  private static MemorySegment sharedOrNone(MemorySegment segment) {
    return segment.isAccessibleBy(Thread.currentThread()) ? segment : MemorySegment.NULL;
  }
}
