package io.mman.internal.region;

import io.mman.Protection;
import io.mman.SyncFlag;
import io.mman.internal.call.SystemCalls;
import io.mman.internal.thread.LibraryThreads;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A call of a region that another thread makes, and that completes a future. It is in flight from
 * the beginning, so that the region cannot close before the thread has got to it.
 */
public final class AsyncCall implements Runnable {
  /** Is never started, and may use whatever is not confined. */
  private static final Thread ANOTHER_THREAD = new Thread(null, null, "mman", 0, false);

  private enum Kind {
    SYNC,
    POPULATE
  }

  private final CompletableFuture<Void> future = new CompletableFuture<>();

  /** An executor may run a task that it has rejected, or run it twice. */
  private final AtomicBoolean hasBegun = new AtomicBoolean();

  private final AtomicBoolean hasEnded = new AtomicBoolean();

  private final Kind kind;
  private final Region region;
  private final long offset;
  private final long length;
  private final MemorySegment pages;
  private final Protection protection;
  private final boolean isOnLibraryThread;

  private AsyncCall(
      Kind kind, Region region, long offset, long length, @Nullable Executor executor) {
    this.kind = kind;
    this.region = region;
    this.offset = offset;
    this.length = length;
    this.pages = region.covering(offset, length);
    if (!pages.isAccessibleBy(ANOTHER_THREAD)) {
      throw new IllegalStateException(
          "the region is confined to this thread, and no other can make the call");
    }
    this.protection = region.protection();
    this.isOnLibraryThread = executor == null;
  }

  /** Writes a range to the file, on a thread of the library. */
  public static CompletableFuture<Void> sync(Region region, long offset, long length) {
    return start(Kind.SYNC, region, offset, length, null);
  }

  /** Writes a range to the file, on a thread of an executor. */
  public static CompletableFuture<Void> sync(
      Region region, long offset, long length, Executor executor) {
    return start(Kind.SYNC, region, offset, length, Objects.requireNonNull(executor));
  }

  /** Faults a range in, on a thread of the library. */
  public static CompletableFuture<Void> populate(Region region, long offset, long length) {
    return start(Kind.POPULATE, region, offset, length, null);
  }

  /** Faults a range in, on a thread of an executor. */
  public static CompletableFuture<Void> populate(
      Region region, long offset, long length, Executor executor) {
    return start(Kind.POPULATE, region, offset, length, Objects.requireNonNull(executor));
  }

  private static CompletableFuture<Void> start(
      Kind kind, Region region, long offset, long length, @Nullable Executor executor) {
    region.lock.beginCall();
    AsyncCall call;
    try {
      call = new AsyncCall(kind, region, offset, length, executor);
    } catch (RuntimeException | Error e) {
      region.lock.endCall();
      throw e;
    }
    call.submit(executor);
    return call.future;
  }

  private void submit(@Nullable Executor executor) {
    try {
      if (executor == null) {
        LibraryThreads.execute(this);
      } else {
        executor.execute(this);
      }
    } catch (RuntimeException | Error e) {
      if (hasBegun.compareAndSet(false, true)) {
        region.lock.endCall();
      }
      throw e;
    }
  }

  @Override
  public void run() {
    if (!hasBegun.compareAndSet(false, true)) {
      return;
    }
    Throwable failure = makeUnlessCancelled();
    if (isOnLibraryThread) {
      // What depends on the future may wait, for example for all calls of the region to end.
      LibraryThreads.executeUserCode(() -> end(failure));
    } else {
      end(failure);
    }
  }

  private void end(@Nullable Throwable failure) {
    if (hasEnded.compareAndSet(false, true)) {
      region.lock.endCall(future, failure);
    }
  }

  private @Nullable Throwable makeUnlessCancelled() {
    try {
      if (!future.isCancelled()) {
        make();
      }
      return null;
    } catch (RuntimeException | Error e) {
      return e;
    }
  }

  /** Uses the state of the beginning: a region that borrows its lifetime may be closed since. */
  private void make() {
    if (kind == Kind.POPULATE) {
      Prefault.populate(pages, protection, region.backing);
    } else if (pages.byteSize() > 0) {
      SystemCalls.msync(pages, SyncFlag.SYNC.bits(), region.backing.path(), true);
      region.requireIntact("msync", offset, length);
    }
  }
}
