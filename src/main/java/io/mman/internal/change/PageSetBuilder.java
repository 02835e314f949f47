package io.mman.internal.change;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Collects pages of a region, in any order and some of them more than once. It is fastest in
 * ascending order, and never takes more memory than the largest {@link PageSet} of the region.
 */
public final class PageSetBuilder {
  private final PageLayout layout;
  private @Nullable PageChunk[] chunks = new @Nullable PageChunk[0];

  public PageSetBuilder(PageLayout layout) {
    this.layout = layout;
  }

  /**
   * Adds pages from one to another, which is not added itself. Pages that are not pages of the
   * region are left out.
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

  /** Returns the pages. Nothing may be added afterwards. */
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
