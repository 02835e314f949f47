package io.mman.internal.change;

import org.jspecify.annotations.Nullable;

/**
 * An immutable set of pages of a region. It consists of {@linkplain PageChunk chunks}, so that both
 * a few long runs and many single pages occupy little memory: at most one bit for each page, and
 * one reference for each chunk.
 */
public final class PageSet {
  private final PageLayout layout;

  /** The chunks, with null for an empty one. Empty chunks at the end may be missing. */
  private final @Nullable PageChunk[] chunks;

  private final long count;
  private final long bytes;
  private final long pages;

  /** An operation on each range of bytes, in ascending order. */
  public interface Ranges {
    void accept(long offset, long length);
  }

  /** Creates a set from chunks, which must not be changed afterwards. */
  PageSet(PageLayout layout, @Nullable PageChunk[] chunks) {
    this.layout = layout;
    this.chunks = chunks;
    Sum sum = new Sum(layout);
    forEachRun(sum);
    this.count = sum.count;
    this.bytes = sum.bytes;
    this.pages = sum.pages;
  }

  public boolean isEmpty() {
    return count == 0;
  }

  /** Returns the number of ranges. */
  public long count() {
    return count;
  }

  /** Returns the number of pages, including those that lie only partly inside the region. */
  public long pages() {
    return pages;
  }

  public long bytes() {
    return bytes;
  }

  public boolean contains(long offset) {
    if (!layout.contains(offset)) {
      return false;
    }
    long page = layout.pageOf(offset);
    long index = page >> PageChunk.SHIFT;
    PageChunk chunk = index < chunks.length ? chunks[(int) index] : null;
    return chunk != null && chunk.contains((int) (page & PageChunk.PAGES - 1));
  }

  public void forEach(Ranges consumer) {
    forEachRun(
        (first, end) -> {
          long offset = layout.start(first);
          consumer.accept(offset, layout.start(end) - offset);
        });
  }

  /** Passes each maximal run of pages to a consumer, in ascending order. */
  void forEachRun(PageChunk.Runs consumer) {
    Merger merger = new Merger(consumer);
    for (int i = 0; i < chunks.length; i++) {
      PageChunk chunk = chunks[i];
      if (chunk != null) {
        chunk.forEach((long) i << PageChunk.SHIFT, merger);
      }
    }
    merger.flush();
  }

  @Override
  public String toString() {
    return "PageRanges[count=" + count + ", bytes=" + bytes + ']';
  }

  /** Merges runs that meet at the boundary of two chunks. */
  private static final class Merger implements PageChunk.Runs {
    private final PageChunk.Runs consumer;
    private long start;
    private long end;

    Merger(PageChunk.Runs consumer) {
      this.consumer = consumer;
    }

    @Override
    public void run(long first, long runEnd) {
      if (first != end) {
        flush();
        start = first;
      }
      end = runEnd;
    }

    void flush() {
      if (end > start) {
        consumer.run(start, end);
      }
    }
  }

  /** Counts runs, bytes and pages. */
  private static final class Sum implements PageChunk.Runs {
    private final PageLayout layout;
    private long count;
    private long bytes;
    private long pages;

    Sum(PageLayout layout) {
      this.layout = layout;
    }

    @Override
    public void run(long first, long end) {
      count++;
      bytes += layout.start(end) - layout.start(first);
      pages += end - first;
    }
  }
}
