package io.mman.internal.call;

import java.lang.foreign.MemorySegment;

/**
 * A way to copy between a region and other native memory, for which a missing page is an error and
 * not a signal.
 */
interface CopyMethod {
  /**
   * Copies bytes from the start of both.
   *
   * @param region a range of the same size as {@code other}, which is not 0
   * @return the number of bytes copied, perhaps fewer than requested; 0 if this method cannot copy
   *     more; or the negative errno, if not even the first byte can be copied
   */
  long copy(MemorySegment region, MemorySegment other);
}
