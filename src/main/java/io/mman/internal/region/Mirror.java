package io.mman.internal.region;

import io.mman.Protection;
import io.mman.internal.file.OpenFile;
import io.mman.internal.libc.FileStatus;
import io.mman.internal.signal.SurvivingRange;

/**
 * Maps the same range of a file twice, the second time right after the first. Both halves are one
 * region, whose pages are all of one file, shared and whole.
 */
final class Mirror {
  private Mirror() {}

  /**
   * Refuses a request of a mirrored region that contradicts itself, in whatever order it was made.
   *
   * @throws IllegalArgumentException if it does
   */
  static void requireConsistent(MapRequest request) {
    if (!request.shared) {
      throw new IllegalArgumentException(
          "a copy-on-write mapping cannot be mirrored: its halves would differ after a store");
    }
    if (request.reserve != RegionResources.NO_RESERVE) {
      throw new IllegalArgumentException("a mirrored region cannot grow in a reserve");
    }
  }

  static void requireRegular(OpenFile file, FileStatus status) {
    if (!status.isRegular()) {
      throw new IllegalArgumentException(
          "\"" + file.path() + "\" is not a regular file and cannot be mirrored");
    }
  }

  /**
   * Refuses a range of a file whose second half could not begin right after the first.
   *
   * @param page the size of the file's pages in bytes
   * @throws IllegalArgumentException if the range is empty, too large, or not whole pages
   */
  static void requireWholePages(OpenFile file, long offset, long bytes, long page) {
    if (bytes == 0) {
      throw new IllegalArgumentException(
          "nothing of \"" + file.path() + "\" to mirror: the file or the range is empty");
    }
    if (bytes % page != 0 || offset % page != 0) {
      throw new IllegalArgumentException(
          "offset "
              + offset
              + " and size "
              + bytes
              + " of \""
              + file.path()
              + "\" are not whole pages of "
              + page
              + " bytes, and cannot be mirrored");
    }
    if (bytes > PageRange.MAX_BYTES / 2) {
      throw new IllegalArgumentException("twice the size is too large: " + bytes);
    }
  }

  /**
   * Maps both halves into address space that is reserved for them. If either fails, nothing stays
   * mapped.
   *
   * @param size the size of both halves in bytes
   */
  static AddressRange map(
      Placement placement, Backing backing, long size, Protection protection, int fd) {
    AddressRange range = placement.reserve(size, backing);
    long half = size / 2;
    for (long from = 0; from < size; from += half) {
      boolean done = false;
      try {
        placement.open(range.pages(from, half), 0, backing, protection, fd);
        done = true;
      } finally {
        if (!done) {
          Placement.abandon(range, from, from + half); // unmaps the first half, too
        }
      }
    }
    return range;
  }

  /**
   * Registers the second half, so that it survives bus errors as the first one does. If this fails,
   * neither half is registered. After a stack overflow both stay mapped.
   */
  static void registerAgain(SurvivingRange range, long start, long half, long fileOffset) {
    try {
      range.append(start, half, half, fileOffset);
    } catch (RuntimeException | OutOfMemoryError e) {
      range.unregister();
      throw e;
    }
  }
}
