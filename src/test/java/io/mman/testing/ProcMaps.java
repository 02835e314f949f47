package io.mman.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The areas of memory of this process, as {@code /proc/self/maps} and {@code smaps} show them. */
public final class ProcMaps {
  private static final long KIB = 1024;

  private ProcMaps() {}

  /**
   * One area, from {@code start} to before {@code end}; {@code perms} is such as {@code rw-s}, the
   * path is empty and the inode 0 for anonymous memory.
   *
   * @param figures what smaps says, such as {@code Locked}, in bytes; empty if it was not asked
   * @param vmFlags the two-letter flags of smaps, such as {@code lo}
   */
  public record Area(
      long start,
      long end,
      String perms,
      long offset,
      long inode,
      String path,
      Map<String, Long> figures,
      List<String> vmFlags) {
    /** Returns the size in bytes. */
    public long size() {
      return end - start;
    }

    /** Returns a figure of smaps in bytes. */
    public long figure(String name) {
      Long bytes = figures.get(name);
      if (bytes == null) {
        throw new AssertionError("smaps has no " + name + ": " + figures);
      }
      return bytes;
    }

    private boolean contains(long address) {
      return Long.compareUnsigned(start, address) <= 0 && Long.compareUnsigned(address, end) < 0;
    }
  }

  /** Returns all areas, in the order of their addresses, without figures. */
  public static List<Area> all() {
    return parse("/proc/self/maps");
  }

  /** Returns all areas, in the order of their addresses, with the figures of smaps. */
  public static List<Area> allWithFigures() {
    return parse("/proc/self/smaps");
  }

  /** Returns how many areas there are. */
  public static int count() {
    return all().size();
  }

  /** Returns the area that holds an address, without figures, or empty if nothing is mapped. */
  public static Optional<Area> find(long address) {
    return all().stream().filter(area -> area.contains(address)).findFirst();
  }

  /**
   * Returns the areas of a file, without figures. They are found by its inode, because QEMU shows
   * {@code [heap]} instead of the path of whatever is mapped where the heap of C would begin.
   */
  public static List<Area> ofFile(Path file) {
    try {
      long inode = (Long) Files.getAttribute(file, "unix:ino");
      return all().stream().filter(area -> area.inode() == inode).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the area that a segment begins in, without figures. */
  public static Area of(MemorySegment segment) {
    return find(segment.address()).orElseThrow(() -> new AssertionError("unmapped: " + segment));
  }

  /** Returns the area that a segment begins in, with the figures of smaps. */
  public static Area figuresOf(MemorySegment segment) {
    return allWithFigures().stream()
        .filter(area -> area.contains(segment.address()))
        .findFirst()
        .orElseThrow(() -> new AssertionError("unmapped: " + segment));
  }

  /** Returns a figure of {@code /proc/self/status} such as {@code VmLck}, in bytes. */
  public static long statusBytes(String name) {
    for (String line : lines("/proc/self/status")) {
      if (line.startsWith(name + ":")) {
        return kib(line);
      }
    }
    throw new AssertionError("/proc/self/status has no " + name);
  }

  private static List<Area> parse(String file) {
    List<Area> areas = new ArrayList<>();
    for (String line : lines(file)) {
      // A head is "start-end perms offset device inode path", a figure "Name: 4 kB".
      int firstBlank = line.indexOf(' ');
      if (firstBlank > 0 && line.charAt(firstBlank - 1) != ':') {
        areas.add(head(line));
      } else {
        addFigure(areas.getLast(), line);
      }
    }
    return areas;
  }

  private static Area head(String line) {
    String[] words = line.split(" +", 6);
    String[] range = words[0].split("-");
    return new Area(
        Long.parseUnsignedLong(range[0], 16),
        Long.parseUnsignedLong(range[1], 16),
        words[1],
        Long.parseUnsignedLong(words[2], 16),
        Long.parseLong(words[4]),
        words.length == 6 ? words[5] : "",
        new HashMap<>(),
        new ArrayList<>());
  }

  private static void addFigure(Area area, String line) {
    String name = line.substring(0, line.indexOf(':'));
    if (name.equals("VmFlags")) {
      area.vmFlags().addAll(List.of(line.substring(name.length() + 1).strip().split(" ")));
    } else if (line.endsWith(" kB")) {
      area.figures().put(name, kib(line));
    }
  }

  private static long kib(String line) {
    String number = line.substring(line.indexOf(':') + 1, line.length() - " kB".length());
    return KIB * Long.parseLong(number.strip());
  }

  /** A path may have any encoding; this one accepts all bytes. */
  private static List<String> lines(String file) {
    try {
      return Files.readAllLines(Path.of(file), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
