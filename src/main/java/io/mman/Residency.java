package io.mman;

import io.mman.internal.region.ResidencySnapshot;
import java.util.BitSet;

/**
 * Which pages of a range were in memory when {@link MappedRegion#residency()} was called. The
 * object is immutable. Pages are read and reclaimed all the time, so it describes a moment in the
 * past.
 */
public final class Residency {
  private final ResidencySnapshot snapshot;

  Residency(ResidencySnapshot snapshot) {
    this.snapshot = snapshot;
  }

  /**
   * Returns the number of pages that the range touches.
   *
   * @return the number of pages; 0 for an empty range
   */
  public long pages() {
    return snapshot.pages();
  }

  /**
   * Returns the number of pages that were resident.
   *
   * @return a number of pages, at most {@link #pages}
   */
  public long residentPages() {
    return snapshot.residentPages();
  }

  /**
   * Returns the number of bytes of the range that lie in resident pages.
   *
   * @return a number of bytes, at most the length of the range
   */
  public long residentBytes() {
    return snapshot.residentBytes();
  }

  /**
   * Returns whether the page that holds a byte was resident.
   *
   * @param offset the offset of the byte from the start of the region, inside the range that was
   *     asked about
   * @return true if the page was in memory
   * @throws IndexOutOfBoundsException if the byte is not in the range
   */
  public boolean isResident(long offset) {
    return snapshot.isResident(offset);
  }

  /**
   * Returns the resident pages as a set of bits. Bit 0 stands for the page in which the range
   * begins.
   *
   * @return a new set
   * @throws UnsupportedOperationException if the range has more than {@link Integer#MAX_VALUE}
   *     pages
   */
  public BitSet toBitSet() {
    return snapshot.toBitSet();
  }

  /**
   * Returns a description that contains the number of resident pages.
   *
   * @return the description
   */
  @Override
  public String toString() {
    return snapshot.toString();
  }
}
