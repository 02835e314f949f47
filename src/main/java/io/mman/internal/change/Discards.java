package io.mman.internal.change;

import org.jspecify.annotations.Nullable;

/** The pages that a region has discarded since the last take. All threads may use an instance. */
final class Discards {
  private final PageLayout layout;
  private final long address;
  private @Nullable PageSetBuilder pages;

  /** Whether pages may be missing because there was no memory to record them. */
  private boolean isUncertain;

  /**
   * Creates an empty set.
   *
   * @param address the address of the region's first page
   */
  Discards(PageLayout layout, long address) {
    this.layout = layout;
    this.address = address;
  }

  /** Adds the pages of a range of memory. */
  synchronized void add(long start, long bytes) {
    long offset = start - address;
    isUncertain = true;
    builder().add(offset / layout.page(), Math.ceilDiv(offset + bytes, layout.page()));
    isUncertain = false;
  }

  /** Removes and returns all pages, or returns null if there are none. */
  synchronized @Nullable PageSet take() {
    if (isUncertain) {
      builder().add(0, layout.pages());
    }
    PageSetBuilder taken = pages;
    PageSet result = taken == null ? null : taken.build();
    pages = null;
    isUncertain = false;
    return result;
  }

  /** Adds pages again that {@link #take} has returned. */
  synchronized void putBack(PageSet taken) {
    isUncertain = true;
    PageSetBuilder builder = builder();
    taken.forEachRun(builder::add);
    isUncertain = false;
  }

  private PageSetBuilder builder() {
    PageSetBuilder builder = pages;
    if (builder == null) {
      builder = new PageSetBuilder(layout);
      pages = builder;
    }
    return builder;
  }
}
