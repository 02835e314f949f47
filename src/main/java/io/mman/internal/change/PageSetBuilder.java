package io.mman.internal.change;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Collects pages of a region. Pages may be added in any order and more than once; ascending order
 * is fastest. A builder never occupies more memory than the largest {@link PageSet} of the region.
 */
public final class PageSetBuilder {
  private final PageLayout layout;
  private @Nullable PageChunk[] chunks = new @Nullable PageChunk[0];

  public PageSetBuilder(PageLayout layout) {
    this.layout = layout;
  }

  /**
   * Adds a run of pages. Pages outside the region are ignored.
   *
   * @param first the first page
   * @param end the page after the last one
   */
  public void add(long first, long end) {
    long from = Math.max(first, 0);
    long to = Math.min(end, layout.pages());
    while (from < to) {
      int index = Math.toIntExact(from >> PageChunk.SHIFT);
      long base = (long) index << PageChunk.SHIFT;
      long stop = Math.min(to, base + PageChunk.PAGES);
      chunk(index).add((int) (from - base), (int) (stop - base - 1));
      from = stop;
    }
  }

  private PageChunk chunk(int index) {
    if (index >= chunks.length) {
      chunks = Arrays.copyOf(chunks, Math.max(index + 1, chunks.length * 3 / 2));
    }
    PageChunk chunk = chunks[index];
    if (chunk == null) {
      chunk = new PageChunk();
      chunks[index] = chunk;
    }
    return chunk;
  }

  /** Returns the pages that have been added, and empties this builder. */
  public PageSet build() {
    for (PageChunk chunk : chunks) {
      if (chunk != null) {
        chunk.compact();
      }
    }
    PageSet built = new PageSet(layout, chunks);
    chunks = new @Nullable PageChunk[0];
    return built;
  }
}
