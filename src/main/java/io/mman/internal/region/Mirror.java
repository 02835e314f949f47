package io.mman.internal.region;

import io.mman.Protection;
import io.mman.internal.file.OpenFile;
import io.mman.internal.libc.FileStatus;
import io.mman.internal.signal.SurvivingRange;

/**
 * Maps the same range of a file twice, with the second mapping directly after the first. Both
 * halves form one region, a shared mapping of whole pages.
 */
final class Mirror {
  private Mirror() {}

  /**
   * Refuses a request for a mirrored region with incompatible options.
   *
   * @throws IllegalArgumentException if the request is for a copy-on-write mapping or a reserve
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
   * Refuses a range of a file that cannot be mapped twice without a gap.
   *
   * @param page the page size of the file in bytes
   * @throws IllegalArgumentException if the range is empty, too large, or does not consist of whole
   *     pages
   */
  static void requireWholePages(OpenFile file, long offset, long bytes, long page) {
    if (bytes == 0) {
      throw new IllegalArgumentException(
          "\"" + file.path() + "\" cannot be mirrored: the file or the range is empty");
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
              + " bytes, so the range cannot be mirrored");
    }
    if (bytes > PageRange.MAX_BYTES / 2) {
      throw new IllegalArgumentException(
          "the range is too large to be mirrored: " + bytes + " bytes");
    }
  }

  /**
   * Reserves address space and maps both halves into it. If either mapping fails, nothing stays
   * mapped.
   *
   * @param size the size of both halves together, in bytes
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
          Placement.abandon(range, from, from + half); // also unmaps the first half
        }
      }
    }
    return range;
  }

  /**
   * Registers the second half, so that it survives bus errors like the first one. If this fails,
   * neither half is registered, except after a stack overflow.
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
