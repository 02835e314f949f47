package io.mman.internal.libc;

import io.mman.internal.platform.Ioctl;
import io.mman.internal.platform.ScanLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Finds the pages that were written since they were protected, and protects them again in the same
 * atomic step, with the request {@code PAGEMAP_SCAN}. An instance may be used by one thread.
 */
public final class PageScan implements AutoCloseable {
  /** With more ranges in one call, Linux 6.18 reports pages twice and out of order. */
  static final int MAX_RANGES = 512;

  private static final int VEC_BYTES = MAX_RANGES * ScanLayout.REGION_BYTES;

  private final Arena arena = Arena.ofConfined();
  private final MemorySegment memory = arena.allocate(ScanLayout.BYTES + VEC_BYTES, Long.BYTES);
  private final ByteBuffer bytes = memory.asByteBuffer().order(ByteOrder.nativeOrder());
  private final int pagemap;

  /**
   * Prepares a scan.
   *
   * @param pagemap a descriptor of {@code /proc/self/pagemap}
   */
  public PageScan(int pagemap) {
    this.pagemap = pagemap;
    bytes.putLong(ScanLayout.SIZE, ScanLayout.BYTES);
    bytes.putLong(
        ScanLayout.FLAGS, ScanLayout.PM_SCAN_WP_MATCHING | ScanLayout.PM_SCAN_CHECK_WPASYNC);
    bytes.putLong(ScanLayout.VEC, memory.address() + ScanLayout.BYTES);
    bytes.putLong(ScanLayout.VEC_LEN, MAX_RANGES);
    bytes.putLong(ScanLayout.CATEGORY_MASK, ScanLayout.PAGE_IS_WRITTEN);
    bytes.putLong(ScanLayout.RETURN_MASK, ScanLayout.PAGE_IS_WRITTEN);
  }

  /**
   * Prepares a scan that protects nothing. It finds the pages of a private mapping that are private
   * copies, not pages of the file.
   *
   * @param pagemap a descriptor of {@code /proc/self/pagemap}
   */
  public static PageScan ofPrivate(int pagemap) {
    PageScan scan = new PageScan(pagemap);
    scan.bytes.putLong(ScanLayout.FLAGS, 0);
    scan.bytes.putLong(ScanLayout.CATEGORY_INVERTED, ScanLayout.PAGE_IS_FILE);
    scan.bytes.putLong(ScanLayout.CATEGORY_MASK, ScanLayout.PAGE_IS_FILE);
    scan.bytes.putLong(
        ScanLayout.CATEGORY_ANYOF_MASK, ScanLayout.PAGE_IS_PRESENT | ScanLayout.PAGE_IS_SWAPPED);
    // This category is the same for all pages found, so that adjacent pages form one range.
    scan.bytes.putLong(ScanLayout.RETURN_MASK, ScanLayout.PAGE_IS_FILE);
    return scan;
  }

  /**
   * Scans pages up to the end of the range, or until 512 ranges are found. Even if the call fails,
   * the ranges that it has found are protected again, so no later scan finds them. After EINTR, the
   * caller must therefore record them before it scans again.
   *
   * @param pages a range of registered pages, which may be empty
   * @return 0 or the negative errno
   */
  public int run(MemorySegment pages) {
    for (int i = 0; i < MAX_RANGES; i++) {
      bytes.putLong(at(i), 0); // a call that fails does not return the number of ranges
    }
    bytes.putLong(ScanLayout.START, pages.address());
    bytes.putLong(ScanLayout.END, pages.address() + pages.byteSize());
    bytes.putLong(ScanLayout.WALK_END, 0);
    int result =
        KernelCalls.IOCTL.call(
            pagemap, Ioctl.PAGEMAP_SCAN.number(), memory.address(), 0, 0, 0, pages);
    return Math.min(result, 0);
  }

  /** Returns the address at which the last scan ended, if it succeeded. */
  public long end() {
    return bytes.getLong(ScanLayout.WALK_END);
  }

  /** Returns the number of ranges that the last scan found, even if it failed. */
  public int ranges() {
    int ranges = 0;
    while (ranges < MAX_RANGES && start(ranges) != 0) {
      ranges++;
    }
    return ranges;
  }

  /** Returns the address at which a range starts. */
  public long start(int range) {
    return bytes.getLong(at(range) + ScanLayout.REGION_START);
  }

  /** Returns the address at which a range ends. */
  public long end(int range) {
    return bytes.getLong(at(range) + ScanLayout.REGION_END);
  }

  private static int at(int range) {
    return ScanLayout.BYTES + range * ScanLayout.REGION_BYTES;
  }

  @Override
  public void close() {
    arena.close();
  }
}
