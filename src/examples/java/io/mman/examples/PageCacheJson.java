package io.mman.examples;

import io.mman.Residency;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The report for programs, which is one JSON object. Each path appears twice: as text, and as a
 * URI, which preserves the bytes of names that are not UTF-8.
 */
final class PageCacheJson implements PageCacheReport {
  private final Console console;
  private final PageCacheText errors;
  private final List<String> failures = new ArrayList<>();
  private String separator = "{\"files\": [\n  ";

  PageCacheJson(Console console) {
    this.console = console;
    this.errors = new PageCacheText(console, Screen.NONE, false);
  }

  @Override
  public void file(Path path, long bytes, Residency residency) throws IOException {
    Object resident = residency == null ? null : residency.residentPages();
    Object pages = residency == null ? null : residency.pages();
    console.print(
        String.format(
            "%s{%s, \"bytes\": %s, \"pages\": %s, \"residentPages\": %s}",
            separator,
            names(path),
            bytes,
            pages,
            resident)); // not %d, because some locales have other digits
    separator = ",\n  ";
  }

  @Override
  public void failure(Path path, String reason) throws IOException {
    errors.failure(path, reason);
    failures.add("{" + names(path) + ", \"reason\": " + string(reason) + "}");
  }

  @Override
  public void stop(long done, long files) throws IOException {
    errors.stop(done, files);
  }

  @Override
  public void end(PageCacheTotals totals) throws IOException {
    String none = "{\"files\": [";
    console.out((separator.startsWith(",") ? "\n" : none) + "],");
    console.out("\"failures\": [" + String.join(",\n  ", failures) + "],");
    console.out("\"total\": " + totals.toJson() + "}");
    console.flush();
  }

  private static String names(Path path) {
    return "\"path\": " + string(path.toString()) + ", \"uri\": " + string(path.toUri().toString());
  }

  static String string(String text) {
    StringBuilder json = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        json.append('\\').append(c);
      } else if (c < ' ' || c > '~') {
        json.append("\\u%04x".formatted((int) c)); // the same in every encoding of the output
      } else {
        json.append(c);
      }
    }
    return json.append('"').toString();
  }
}
