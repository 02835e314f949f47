package io.mman.change;

/** An operation on a range of bytes, for {@link PageRanges#forEach}. */
@FunctionalInterface
public interface RangeConsumer {
  /**
   * Performs the operation on a range.
   *
   * @param offset the offset of the first byte of the range in the region, in bytes
   * @param length the length of the range in bytes, at least 1
   */
  void accept(long offset, long length);
}
