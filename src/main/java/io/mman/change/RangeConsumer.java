package io.mman.change;

/** Takes the ranges of {@link PageRanges}, one after the other. */
@FunctionalInterface
public interface RangeConsumer {
  /**
   * Takes a range.
   *
   * @param offset the offset of its first byte in the region, in bytes
   * @param length the size of the range in bytes, at least 1
   */
  void accept(long offset, long length);
}
