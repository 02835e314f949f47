package io.mman.internal.region;

import io.mman.MmanException;
import io.mman.internal.error.MapCountReserve;
import io.mman.internal.file.MappedExtents.Extent;
import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Unmaps the pages of a region and releases what else it holds, once: when it is closed, or when
 * the arena closes that it borrows its lifetime from. It has no reference to the region, which an
 * automatic arena could otherwise never find unreachable.
 */
final class Unmapper implements Consumer<MemorySegment> {
  private volatile AddressRange range;
  private final Backing backing;
  private final @Nullable Extent cover;
  private final @Nullable RegionFile file;
  private final @Nullable Losses losses;

  /** The size of the region, for {@link RegionCounters}. Only one thread at a time resizes it. */
  private long bytes;

  private boolean done;
  private boolean released;

  /**
   * Creates an unmapper for a region, which is counted already.
   *
   * @param backing what the region maps
   * @param cover the part of the file that the region covers, or null
   * @param file the file that the region keeps open, or null
   * @param losses the losses of a region that survives bus errors, or null
   */
  Unmapper(
      AddressRange range,
      Backing backing,
      @Nullable Extent cover,
      @Nullable RegionFile file,
      @Nullable Losses losses,
      long bytes) {
    this.range = range;
    this.backing = backing;
    this.cover = cover;
    this.file = file;
    this.losses = losses;
    this.bytes = bytes;
  }

  /** Returns an unmapper for the same region in another place. */
  Unmapper at(AddressRange elsewhere) {
    return new Unmapper(elsewhere, backing, cover, file, losses, bytes);
  }

  /**
   * Returns an unmapper for a region split off this one's.
   *
   * @param fileEnd the byte of the file after the new region
   * @param restLosses the losses of the new region, or null
   * @param restBytes the size of the new region
   */
  Unmapper splitOff(AddressRange rest, long fileEnd, @Nullable Losses restLosses, long restBytes) {
    RegionCounters.split(backing.kind(), restBytes);
    return new Unmapper(
        rest,
        backing,
        cover == null ? null : cover.beside(fileEnd),
        file == null ? null : file.share(),
        restLosses,
        restBytes);
  }

  /** Covers the file up to a byte. */
  void cover(long fileEnd) {
    if (cover != null) {
      cover.move(fileEnd);
    }
  }

  /** Records the size of the region, and the byte of the file after it. */
  void resize(long newBytes, long fileEnd) {
    cover(fileEnd);
    RegionCounters.add(backing.kind(), newBytes - bytes);
    bytes = newBytes;
  }

  AddressRange range() {
    return range;
  }

  @Nullable Losses losses() {
    return losses;
  }

  /** Limits what is unmapped in the end to a part of the range. */
  void shorten(AddressRange part) {
    range = part;
  }

  /** Runs as the clean-up of the arena that the region borrows its lifetime from. */
  @Override
  public void accept(MemorySegment pages) {
    run();
  }

  /**
   * Unmaps after a failure, to which a further failure is added. Everything but the pages is
   * released in any case, because nobody has seen the region.
   */
  void runAfter(Throwable failure) {
    try {
      run();
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
      release();
    }
  }

  /**
   * Unmaps the pages.
   *
   * @throws MmanException if munmap fails; the method may be called again then
   */
  void run() {
    if (begin()) {
      boolean mayRetry = false;
      try {
        uncover();
        endLosses();
        MapCountReserve.forgetRegion();
        range.unmap(backing.path());
      } catch (MmanException e) { // after any other failure the range may be unmapped
        mayRetry = true;
        beginAgain();
        throw e;
      } finally {
        if (!mayRetry) {
          release();
          RegionCounters.unmap(backing.kind(), bytes);
        }
      }
    }
  }

  /** Releases everything but the pages, which stay mapped because they are sealed. */
  void runExceptPages() {
    if (begin()) {
      release();
      RegionCounters.unmap(backing.kind(), bytes);
    }
  }

  /** Leaves the pages to another region. */
  void handOver() {
    if (begin()) {
      release();
      RegionCounters.join(backing.kind(), bytes);
    }
  }

  /**
   * Releases the cover of the file, under which no view is left. Once the pages are unmapped it is
   * too late: the file may have been deleted, and its number given to another file.
   */
  private void uncover() {
    if (cover != null) {
      cover.remove();
    }
  }

  /** Stops replacing pages in the range, because other memory may be mapped there soon. */
  private void endLosses() {
    if (losses != null) {
      losses.end();
    }
  }

  /** Returns true to the first caller only. */
  private synchronized boolean begin() {
    boolean first = !done;
    done = true;
    return first;
  }

  private synchronized void beginAgain() {
    done = false;
  }

  private synchronized void release() {
    if (released) {
      return;
    }
    released = true;
    endLosses();
    if (cover != null) {
      cover.remove();
    }
    if (file != null) {
      file.release();
    }
  }
}
