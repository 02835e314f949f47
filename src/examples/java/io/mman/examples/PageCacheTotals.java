package io.mman.examples;

import io.mman.MappedRegion;
import io.mman.Residency;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.function.LongSupplier;

/** The totals of {@link PageCacheTool}; reports progress once a second. */
final class PageCacheTotals {
  private static final long SECOND = 1_000_000_000;

  private final PrintWriter err;
  private final LongSupplier nanos;
  private long lastNews;

  private long folders;
  private long files;
  private long bytes;
  private long pages;
  private long residentPages;
  private long residentBytes;
  private long unknown;
  private long failures;

  PageCacheTotals(PrintWriter err, LongSupplier nanos) {
    this.err = err;
    this.nanos = nanos;
    this.lastNews = nanos.getAsLong();
  }

  void addFolder() {
    folders++;
  }

  /** Counts some bytes of a file; the file itself is counted later. */
  void addBytes(long more) {
    bytes += more;
    long now = nanos.getAsLong();
    if (now - lastNews >= SECOND) {
      lastNews = now;
      err.printf(Locale.ROOT, "... %,d files done, %s%n", files, size(bytes));
      err.flush();
    }
  }

  /** Counts a file that is mapped entirely, and returns a picture of its pages. */
  String addFile(MappedRegion region) {
    files++;
    try {
      Residency residency = region.residency();
      pages += residency.pages();
      residentPages += residency.residentPages();
      residentBytes += residency.residentBytes();
      String bar = ResidencyBar.of(residency);
      return bar + " " + residency.residentPages() + "/" + residency.pages();
    } catch (UnsupportedOperationException e) {
      unknown++; // the system reveals it only to users who own the file or may write it
      return "[?]";
    }
  }

  void addFailure(String message) {
    failures++;
    err.println(message);
    err.flush();
  }

  long files() {
    return files;
  }

  long failures() {
    return failures;
  }

  @Override
  public String toString() {
    String text =
        String.format(
            Locale.ROOT,
            "%,d files in %,d folders, %s: %,d of %,d pages in memory, %s, %d%%",
            files,
            folders,
            size(bytes),
            residentPages,
            pages,
            size(residentBytes),
            100 * residentPages / Math.max(1, pages));
    String hidden = "; unknown for %,d files that you neither own nor may write";
    return text + (unknown == 0 ? "" : String.format(Locale.ROOT, hidden, unknown));
  }

  private static String size(long bytes) {
    double amount = bytes;
    int unit = 0;
    while (amount >= 1024 && unit < 4) {
      amount /= 1024;
      unit++;
    }
    String format = unit == 0 ? "%.0f %s" : "%.1f %s";
    return String.format(
        Locale.ROOT, format, amount, new String[] {"bytes", "KiB", "MiB", "GiB", "TiB"}[unit]);
  }
}
