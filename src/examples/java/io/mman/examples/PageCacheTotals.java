package io.mman.examples;

import io.mman.Residency;
import java.util.Locale;

/** The totals of {@link PageCacheTool}. */
final class PageCacheTotals {
  private long folders;
  private long files;
  private long bytes;
  private long pages;
  private long residentPages;
  private long residentBytes;
  private long unknown;
  private long failures;

  void addFolder() {
    folders++;
  }

  /**
   * @param residency the pages, or null if the system does not reveal them
   */
  void addFile(long size, Residency residency) {
    files++;
    bytes += size;
    if (residency == null) {
      unknown++;
    } else {
      pages += residency.pages();
      residentPages += residency.residentPages();
      residentBytes += residency.residentBytes();
    }
  }

  void addFailure() {
    failures++;
  }

  long files() {
    return files;
  }

  long failures() {
    return failures;
  }

  /** Returns a percentage, rounded down, so that 100% means that no page is missing. */
  static String percent(long part, long whole) {
    return 100 * part / Math.max(1, whole) + "%";
  }

  @Override
  public String toString() {
    String where = folders == 0 ? "" : " in " + PageCacheWords.count(folders, "folder");
    String text =
        String.format(
            Locale.ROOT,
            "%s%s, %s: %,d of %s in memory, %s, %s",
            PageCacheWords.count(files, "file"),
            where,
            PageCacheWords.size(bytes),
            residentPages,
            PageCacheWords.count(pages, "page"),
            PageCacheWords.size(residentBytes),
            percent(residentPages, pages));
    if (unknown > 0) {
      String hidden = PageCacheWords.count(unknown, "file");
      text += "; unknown for " + hidden + " that you neither own nor can write";
    }
    return text;
  }

  String toJson() {
    return String.format(
        Locale.ROOT,
        "{\"files\": %d, \"folders\": %d, \"bytes\": %d, \"pages\": %d, \"residentPages\": %d,"
            + " \"residentBytes\": %d, \"unknownFiles\": %d, \"failures\": %d}",
        files,
        folders,
        bytes,
        pages,
        residentPages,
        residentBytes,
        unknown,
        failures);
  }
}
