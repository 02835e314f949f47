package io.mman.examples;

import io.mman.Residency;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import org.jline.utils.WCWidth;
import picocli.CommandLine.Help.Ansi.Style;

/** The report for people: a line with the totals and, with {@code --verbose}, one for each file. */
final class PageCacheText implements PageCacheReport {
  private static final int COUNTS = 11; // "12345/12345"
  private static final int NARROW = 60; // columns below which the counts are left out

  private final Console console;
  private final Screen screen;
  private final boolean verbose;

  PageCacheText(Console console, Screen screen, boolean verbose) {
    this.console = console;
    this.screen = screen;
    this.verbose = verbose;
  }

  @Override
  public void file(Path path, long bytes, Residency residency) throws IOException {
    if (verbose) {
      String name = PageCacheWords.printable(path.toString());
      String start = picture(residency);
      if (screen.out()) {
        name = end(name, screen.columns() - start.length());
        start = screen.colours() ? coloured(start) : start;
      }
      console.out(start + name);
    }
  }

  /** Returns the bar, the percentage and the counts, in columns of equal width for all files. */
  private String picture(Residency residency) {
    int cells = screen.out() ? Math.clamp(screen.columns() / 3 - 2, 8, 100) : ResidencyBar.WIDTH;
    String bar = residency == null ? "[?]" : ResidencyBar.of(residency, cells);
    String percent = "";
    String counts = "";
    if (residency != null) {
      percent = PageCacheTotals.percent(residency.residentPages(), residency.pages());
      counts = residency.residentPages() + "/" + residency.pages();
    }
    String narrow = pad(bar, cells + 2) + " ".repeat(5 - percent.length()) + percent + " ";
    return screen.out() && screen.columns() < NARROW ? narrow : narrow + pad(counts, COUNTS) + " ";
  }

  private static String coloured(String picture) {
    return picture
        .replaceAll("O+", Style.fg_green.on() + "$0" + Style.fg_green.off())
        .replaceAll("o+", Style.fg_yellow.on() + "$0" + Style.fg_yellow.off());
  }

  private static String pad(String text, int width) {
    return text + " ".repeat(Math.max(0, width - text.length()));
  }

  /** Returns the end of a name, its most significant part, in the given number of columns. */
  private static String end(String name, int columns) {
    int from = name.length();
    int free = columns;
    int cut = from;
    while (from > 0) {
      int character = name.codePointBefore(from);
      free -= Math.max(0, WCWidth.wcwidth(character));
      if (free < 0) {
        return "…" + name.substring(cut);
      }
      from -= Character.charCount(character);
      cut = free >= 1 ? from : cut; // one column is for the ellipsis
    }
    return name;
  }

  @Override
  public void failure(Path path, String reason) throws IOException {
    String name = path.toString().isEmpty() ? "\"\"" : path.toString();
    console.err("pages: " + PageCacheWords.printable(name + ": " + reason));
  }

  @Override
  public void stop(long done, long files) throws IOException {
    String all = PageCacheWords.count(files, "file");
    console.err(
        String.format(Locale.ROOT, "pages: stopped at this file, after %,d of %s", done, all));
  }

  @Override
  public void end(PageCacheTotals totals) throws IOException {
    console.out(totals.toString());
    console.flush();
  }
}
