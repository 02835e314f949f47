package io.mman;

import io.mman.Extents.Extent;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Unmaps a borrowed region when its arena closes, once. It knows nothing of the region, which an
 * automatic arena could otherwise never find unreachable.
 */
final class Release implements Consumer<MemorySegment> {
  private volatile Area area;
  private final @Nullable Path path;
  private final @Nullable Extent cover;
  private final @Nullable Tally tally;
  private boolean done;

  /**
   * What a region has been given.
   *
   * @param path of the file, for exceptions and recordings
   */
  Release(Area area, @Nullable Path path, @Nullable Extent cover, @Nullable Tally tally) {
    this.area = area;
    this.path = path;
    this.cover = cover;
    this.tally = tally;
  }

  /** The same of a region that stands somewhere else now. */
  Release at(Area elsewhere) {
    return new Release(elsewhere, path, cover, tally);
  }

  /** Tells file and counters how large the region is now. */
  void resize(long bytes, long fileEnd) {
    if (cover != null) {
      cover.move(fileEnd);
    }
    if (tally != null) {
      tally.resize(bytes);
    }
  }

  Area area() {
    return area;
  }

  /** Unmaps only a part of it in the end. */
  void shorten(Area part) {
    area = part;
  }

  @Nullable Extent cover() {
    return cover;
  }

  /** The arena closes. */
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
    if (begin()) {
      try {
        area.unmap(path);
      } catch (MmanException e) { // after anything else no one knows
        beginAgain();
        throw e;
      }
      forget();
    }
  }

  /** Leaves the pages mapped, as sealed ones must be. */
  void runExceptPages() {
    if (begin()) {
      forget();
    }
  }

  /** Leaves the pages to another region. */
  void handOver() {
    if (begin()) {
      if (cover != null) {
        cover.remove();
      }
      if (tally != null) {
        tally.join();
      }
    }
  }

  /** Tells one caller of all that it is the first. */
  private synchronized boolean begin() {
    boolean first = !done;
    done = true;
    return first;
  }

  private synchronized void beginAgain() {
    done = false;
  }

  private void forget() {
    if (cover != null) {
      cover.remove();
    }
    if (tally != null) {
      tally.unmap();
    }
  }
}
