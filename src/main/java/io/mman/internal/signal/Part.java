package io.mman.internal.signal;

/**
 * A part of a surviving range, with an entry of its own. A range that was neither joined nor
 * extended beyond its capacity has one part.
 *
 * @param entry the block of the entry
 * @param start the address of the first page
 * @param pages the number of pages
 * @param offset the offset of the first page in the file, in bytes
 * @param ledger which pages are replaced
 * @param firstBit the bit of the first page in the ledger
 * @param limit the end of the bits that this part owns, with those of pages that it may get later
 */
record Part(
    long entry, long start, long pages, long offset, Ledger ledger, long firstBit, long limit) {

  /** Returns the end of the bits of the pages that the part has now. */
  long endBit() {
    return firstBit + pages;
  }

  Part withEntry(long block) {
    return new Part(block, start, pages, offset, ledger, firstBit, limit);
  }

  Part at(long address) {
    return new Part(entry, address, pages, offset, ledger, firstBit, limit);
  }

  Part withPages(long count) {
    return new Part(entry, start, count, offset, ledger, firstBit, limit);
  }

  /** Returns the first pages, which own no bits beyond theirs. */
  Part head(long count) {
    return new Part(entry, start, count, offset, ledger, firstBit, firstBit + count);
  }

  /** Returns the pages from one on. */
  Part tail(long from, int shift) {
    long bytes = from << shift;
    return new Part(
        entry, start + bytes, pages - from, offset + bytes, ledger, firstBit + from, limit);
  }

  /** Returns whether the other part continues this one in memory, in the file and the ledger. */
  boolean isContinuedBy(Part next, int shift) {
    return ledger == next.ledger
        && endBit() == next.firstBit
        && start + (pages << shift) == next.start
        && offset + (pages << shift) == next.offset;
  }

  /** Returns both as one part. */
  Part with(Part next) {
    return new Part(entry, start, pages + next.pages, offset, ledger, firstBit, next.limit);
  }
}
