package io.mman.internal.proc;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads statistics about memory areas from {@code /proc/self/smaps}. */
public final class Smaps {
  private static final String FILE = "/proc/self/smaps";
  private static final long KIB = 1024;

  private Smaps() {}

  /**
   * Returns the sums of the figures of all areas that share a byte with a range.
   *
   * @return the numbers of bytes by name, such as {@code Rss}
   * @throws UnsupportedOperationException if {@code /proc/self/smaps} cannot be read
   */
  public static Map<String, Long> sum(long address, long length) {
    Map<String, Long> figures = new HashMap<>();
    for (String line : details(address, length)) {
      if (line.endsWith(" kB")) {
        add(figures, line);
      }
    }
    return figures;
  }

  /**
   * Returns whether an area that shares a byte with a range consists of explicit huge pages.
   *
   * @throws UnsupportedOperationException if {@code /proc/self/smaps} cannot be read
   */
  public static boolean hasExplicitHugePages(long address, long length) {
    return hasFlag(" ht ", address, length);
  }

  /**
   * Returns whether an area that shares a byte with a range is locked, by whomever.
   *
   * @throws UnsupportedOperationException if {@code /proc/self/smaps} cannot be read
   */
  public static boolean isLocked(long address, long length) {
    return hasFlag(" lo ", address, length);
  }

  private static boolean hasFlag(String flag, long address, long length) {
    for (String line : details(address, length)) {
      if (line.startsWith("VmFlags:") && (line + " ").contains(flag)) {
        return true;
      }
    }
    return false;
  }

  /** Returns what follows the first line of each area that shares a byte with a range. */
  private static List<String> details(long address, long length) {
    List<String> details = new ArrayList<>();
    boolean inside = false;
    try (BufferedReader lines =
        Files.newBufferedReader(Path.of(FILE), StandardCharsets.ISO_8859_1)) {
      String line;
      while ((line = lines.readLine()) != null) {
        if (!Character.isUpperCase(line.charAt(0))) {
          Maps.Area area = Maps.Area.parse(line);
          if (Long.compareUnsigned(area.start(), address + length) >= 0) {
            break;
          }
          inside = area.overlaps(address, address + length);
        } else if (inside) {
          details.add(line);
        }
      }
    } catch (IOException e) {
      throw Proc.unreadable(FILE, e);
    }
    return details;
  }

  /** Reads a line such as {@code Rss: 88 kB}. */
  private static void add(Map<String, Long> figures, String line) {
    int colon = line.indexOf(':');
    String number = line.substring(colon + 1, line.length() - " kB".length()).strip();
    figures.merge(line.substring(0, colon), Long.parseLong(number) * KIB, Long::sum);
  }
}
