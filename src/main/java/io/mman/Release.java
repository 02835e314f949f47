package io.mman;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Unmaps a borrowed region when its arena closes, once. It knows nothing of the region, which an
 * automatic arena could otherwise never find unreachable.
 */
final class Release implements Consumer<MemorySegment> {
  private final Area area;
  private final @Nullable Cover cover;
  private final AtomicBoolean done = new AtomicBoolean();

  Release(Area area, @Nullable Cover cover) {
    this.area = area;
    this.cover = cover;
  }

  Area area() {
    return area;
  }

  @Nullable Cover cover() {
    return cover;
  }

  @Override
  public void accept(MemorySegment pages) {
    run();
  }

  /** Unmaps because of a failure, which a further one is added to. */
  void runAfter(Throwable failure) {
    try {
      run();
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
    }
  }

  /**
   * Unmaps.
   *
   * @throws MmanException if munmap fails; it can be tried again
   */
  void run() {
    if (done.compareAndSet(false, true)) {
      if (cover != null) {
        cover.remove();
      }
      boolean unmapped = false;
      try {
        area.unmap();
        unmapped = true;
      } finally {
        done.set(unmapped);
      }
    }
  }

  /** Leaves the pages mapped, as sealed ones must be. */
  void runExceptPages() {
    if (done.compareAndSet(false, true) && cover != null) {
      cover.remove();
    }
  }
}
