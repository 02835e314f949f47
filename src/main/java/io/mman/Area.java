package io.mman;

import java.lang.foreign.MemorySegment;

/**
 * The address space of one region: what munmap(2) gets in the end. Its pages begin after the guard
 * and reach to the guard on the other side; a region with a reservation uses only the first of
 * them.
 *
 * @param address first byte, a multiple of the page size
 * @param length bytes in all; 0 where nothing is mapped
 * @param guard bytes on either side that nothing can access
 */
record Area(long address, long length, long guard) {
  static final Area EMPTY = new Area(0, 0, 0);

  /** Returns the address of the first page. */
  long start() {
    return address + guard;
  }

  /** Returns the bytes of the pages, those in reserve included. */
  long capacity() {
    return length - 2 * guard;
  }

  /** Returns the pages as a segment that nothing revokes. */
  MemorySegment pages() {
    return MemorySegment.ofAddress(start()).reinterpret(capacity());
  }

  /** Ends the mapping of the area; every segment over it must be closed by then. */
  void unmap() {
    if (length > 0) {
      Calls.munmap(MemorySegment.ofAddress(address).reinterpret(length));
    }
  }
}
