package io.mman.internal.change;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.mman.internal.file.FileOpener;
import io.mman.internal.file.OpenFile;
import io.mman.internal.file.OpenRequest;
import io.mman.internal.libc.PageScan;
import io.mman.internal.libc.ProcessCalls;
import io.mman.internal.libc.Slices;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/**
 * Finds the changed pages of a private mapping of a file, by reading the page map of the process.
 * Changed pages are the ones that are private copies and not pages of the file.
 *
 * <p>The descriptor of the page map is opened in advance and kept, because the page map can no
 * longer be opened after the process has changed its user id.
 */
final class ChangedPages implements AutoCloseable {
  private static final Path PAGEMAP = Path.of("/proc/self/pagemap");

  private static final long PRESENT_OR_SWAPPED = 3L << 62;
  private static final long OF_FILE = 1L << 61;

  private static final long BUFFER_BYTES = 256 << 10;

  private final OpenFile pagemap;

  private ChangedPages(OpenFile pagemap) {
    this.pagemap = pagemap;
  }

  static ChangedPages open() {
    return new ChangedPages(FileOpener.open(PAGEMAP, OpenRequest.READ));
  }

  /** Returns the changed pages of a mapping, which must begin at a page boundary. */
  PageSet find(MemorySegment mapping) {
    PageLayout layout = new PageLayout(ProcessCalls.pageSize(), 0, mapping.byteSize());
    PageSetBuilder changed = new PageSetBuilder(layout);
    if (!scan(mapping, layout, changed)) {
      read(mapping, layout, changed); // may add some pages a second time
    }
    return changed.build();
  }

  /**
   * Finds the changed pages with {@code PAGEMAP_SCAN}, which skips ranges without page tables.
   *
   * @return false if the kernel does not support this; it does since Linux 6.7
   */
  private boolean scan(MemorySegment mapping, PageLayout layout, PageSetBuilder changed) {
    long start = mapping.address();
    long end = start + layout.pages() * layout.page();
    int fd = pagemap.acquire();
    try (PageScan scan = PageScan.ofPrivate(fd)) {
      for (long from = start; from < end; from = scan.end()) {
        if (scan.run(Slices.at(from, end - from, mapping.scope())) < 0 || scan.end() <= from) {
          return false;
        }
        for (int i = 0; i < scan.ranges(); i++) {
          long first = (scan.start(i) - start) / layout.page();
          changed.add(first, (scan.end(i) - start) / layout.page());
        }
      }
      return true;
    } finally {
      pagemap.release();
    }
  }

  private void read(MemorySegment mapping, PageLayout layout, PageSetBuilder changed) {
    long first = mapping.address() / layout.page();
    long most = BUFFER_BYTES / Long.BYTES;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment entries = arena.allocate(BUFFER_BYTES, Long.BYTES);
      for (long page = 0; page < layout.pages(); page += most) {
        long count = Math.min(most, layout.pages() - page);
        MemorySegment part = entries.asSlice(0, count * Long.BYTES);
        WholeTransfer.read(pagemap, (first + page) * Long.BYTES, part);
        add(part, page, changed);
      }
    }
  }

  private static void add(MemorySegment part, long base, PageSetBuilder changed) {
    long count = part.byteSize() / Long.BYTES;
    long start = -1;
    for (long i = 0; i < count; i++) {
      long entry = part.getAtIndex(JAVA_LONG, i);
      boolean isChanged = (entry & PRESENT_OR_SWAPPED) != 0 && (entry & OF_FILE) == 0;
      if (isChanged && start < 0) {
        start = i;
      } else if (!isChanged && start >= 0) {
        changed.add(base + start, base + i);
        start = -1;
      }
    }
    if (start >= 0) {
      changed.add(base + start, base + count);
    }
  }

  @Override
  public void close() {
    pagemap.closeQuietly();
  }
}
