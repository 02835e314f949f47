package io.mman.internal.change;

import org.jspecify.annotations.Nullable;

/**
 * An immutable set of pages of a region, as ranges of bytes. It consists of {@linkplain PageChunk
 * chunks}, so that it takes little memory both for a few long runs and for many single pages: at
 * most a bit for each page, and a reference for each chunk.
 */
public final class PageSet {
  private final PageLayout layout;

  /** A null stands for a chunk without pages; the last ones are left out. */
  private final @Nullable PageChunk[] chunks;

  private final long count;
  private final long bytes;
  private final long pages;

  /** Takes each range of bytes, in ascending order. */
  public interface Ranges {
    void accept(long offset, long length);
  }

  /** Takes over the chunks, which nobody may change from now on. */
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

  /** Returns the number of pages; one of which only a part belongs to the region counts, too. */
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

  /** Passes the runs of pages on, each as long as possible. */
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

  /** Makes one run of two that meet where a chunk ends. */
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

  /** Adds up the runs. */
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
