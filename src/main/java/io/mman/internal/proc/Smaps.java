package io.mman.internal.proc;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** Reads statistics about memory areas from {@code /proc/self/smaps}. */
public final class Smaps {
  private static final long KIB = 1024;

  private Smaps() {}

  /**
   * Returns the sums of the figures of all areas that share a byte with a range.
   *
   * @return the numbers of bytes by name, such as {@code Rss}
   * @throws UncheckedIOException if {@code /proc/self/smaps} cannot be read
   */
  public static Map<String, Long> sum(long address, long length) {
    Map<String, Long> figures = new HashMap<>();
    boolean inside = false;
    try (BufferedReader lines =
        Files.newBufferedReader(Path.of("/proc/self/smaps"), StandardCharsets.ISO_8859_1)) {
      String line;
      while ((line = lines.readLine()) != null) {
        if (!Character.isUpperCase(line.charAt(0))) {
          Maps.Area area = Maps.Area.parse(line);
          if (Long.compareUnsigned(area.start(), address + length) >= 0) {
            break;
          }
          inside = area.overlaps(address, address + length);
        } else if (inside && line.endsWith(" kB")) {
          add(figures, line);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return figures;
  }

  /** Reads a line such as {@code Rss: 88 kB}. */
  private static void add(Map<String, Long> figures, String line) {
    int colon = line.indexOf(':');
    String number = line.substring(colon + 1, line.length() - " kB".length()).strip();
    figures.merge(line.substring(0, colon), Long.parseLong(number) * KIB, Long::sum);
  }
}
