package io.mman.internal.proc;

import java.io.BufferedReader;
import java.io.FileReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Reads the memory areas of this process from {@code /proc/self/maps}. */
public final class Maps {
  private static final String FILE = "/proc/self/maps";

  /** How the paths of files in memory begin. */
  private static final List<String> IN_MEMORY =
      List.of("/memfd:", "/dev/shm/", "/dev/zero", "/anon_hugepage");

  private Maps() {}

  /**
   * A memory area.
   *
   * @param start the address of the first byte
   * @param end the address after the last byte
   * @param protection the protection, such as {@code rw-p}
   * @param offset where the area begins in the file, in bytes
   * @param device the numbers of the device that the file is on, such as {@code 08:01}
   * @param inode the number of the file, or 0 for anonymous memory
   * @param path the path of the file, a name in brackets, or empty
   */
  public record Area(
      long start,
      long end,
      String protection,
      long offset,
      String device,
      long inode,
      String path) {

    /** Reads a line such as {@code 7f00-7f10 rw-p 00000000 08:01 42 /x}. */
    static Area parse(String line) {
      String[] words = line.split(" +", 6);
      int dash = words[0].indexOf('-');
      return new Area(
          Long.parseUnsignedLong(words[0], 0, dash, 16),
          Long.parseUnsignedLong(words[0], dash + 1, words[0].length(), 16),
          words[1],
          Long.parseUnsignedLong(words[2], 16),
          words[3],
          Long.parseLong(words[4]),
          words.length < 6 ? "" : words[5]);
    }

    /**
     * Returns whether the area may consist of explicit huge pages. Even those without a file of the
     * user have one, which is on no disk.
     */
    public boolean mayHaveExplicitHugePages() {
      return inode != 0 && device.startsWith("00:");
    }

    /** Returns whether the area maps a file that is, or may be, on a disk. */
    public boolean mayBeOnDisk() {
      return inode != 0 && IN_MEMORY.stream().noneMatch(path::startsWith);
    }

    boolean overlaps(long from, long to) {
      return Long.compareUnsigned(start, to) < 0 && Long.compareUnsigned(from, end) < 0;
    }
  }

  /**
   * Returns the areas that share a byte with a range, in the order of their addresses.
   *
   * @throws UnsupportedOperationException if {@code /proc/self/maps} cannot be read
   */
  public static List<Area> overlapping(long address, long length) {
    List<Area> areas = new ArrayList<>();
    // If no descriptor is free, java.nio.file could fail to load, and would then fail for good.
    try (BufferedReader lines =
        new BufferedReader(new FileReader(FILE, StandardCharsets.ISO_8859_1))) {
      String line;
      while ((line = lines.readLine()) != null) {
        Area area = Area.parse(line);
        if (area.overlaps(address, address + length)) {
          areas.add(area);
        }
      }
    } catch (IOException e) {
      throw Proc.unreadable(FILE, e);
    }
    return areas;
  }

  /**
   * Returns whether areas with a protection cover a whole range. It uses no lambda, because the JVM
   * may have no memory left for the class of one.
   *
   * @param protection how the protection of every area must start, such as {@code r-x}
   * @param anonymous whether every area must be anonymous memory
   * @return false also if {@code /proc/self/maps} cannot be read
   */
  public static boolean cover(long address, long length, String protection, boolean anonymous) {
    long next = address;
    try {
      for (Area area : overlapping(address, length)) {
        boolean fits =
            area.protection().startsWith(protection) && (!anonymous || area.inode() == 0);
        if (area.start() > next || !fits) {
          return false;
        }
        next = area.end();
      }
    } catch (UnsupportedOperationException unknown) {
      return false;
    }
    return next >= address + length;
  }
}
