package io.mman.internal.platform;

/**
 * The offsets in bytes of the fields of {@code struct pm_scan_arg} and {@code struct page_region}:
 * linux/fs.h, the same on all processors. All fields are 64-bit numbers.
 */
public final class ScanLayout {
  /** The size of a {@code struct pm_scan_arg}, which its first field holds. */
  public static final int BYTES = 96;

  public static final int SIZE = 0;
  public static final int FLAGS = 8;
  public static final int START = 16;
  public static final int END = 24;

  /** Receives the address up to which pages were looked at. */
  public static final int WALK_END = 32;

  /** The address of an array that receives ranges, and the number of its elements. */
  public static final int VEC = 40;

  public static final int VEC_LEN = 48;
  public static final int CATEGORY_INVERTED = 64;
  public static final int CATEGORY_MASK = 72;
  public static final int CATEGORY_ANYOF_MASK = 80;
  public static final int RETURN_MASK = 88;

  /** The size of a {@code struct page_region}, which begins with the range's start and end. */
  public static final int REGION_BYTES = 24;

  public static final int REGION_START = 0;
  public static final int REGION_END = 8;

  /** In {@link #FLAGS}: pages that are reported are protected in the same step. */
  public static final long PM_SCAN_WP_MATCHING = 1;

  /** In {@link #FLAGS}: fail if a part of the range is not registered. */
  public static final long PM_SCAN_CHECK_WPASYNC = 2;

  /** A category: a page that has been written to since it was protected. */
  public static final long PAGE_IS_WRITTEN = 2;

  /** A category: a page of a file, and not memory of the process. */
  public static final long PAGE_IS_FILE = 4;

  /** A category: a page in memory. */
  public static final long PAGE_IS_PRESENT = 8;

  /** A category: a page that has been swapped out. */
  public static final long PAGE_IS_SWAPPED = 16;

  private ScanLayout() {}
}
