package io.mman.internal.proc;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * Reads figures from {@code /proc}. A figure that cannot be read is empty, because the system has
 * no {@code /proc} or the process no free descriptor. A caller that decides by a figure needs a
 * default for that case.
 *
 * <p>Figures are read when some resource has run out, so reading needs as little as possible: one
 * open file at a time, few objects, and no class of the JDK that a small program has not loaded.
 */
public final class Proc {
  /** The size in bytes that a huge page has on most processors. */
  public static final long USUAL_HUGE_PAGE = 2 << 20;

  private static final int BUFFER = 8192;
  private static final long KIB = 1024;
  private static final String ALL_USERS = " 4294967295";

  /** The user namespace in which the system was started: PROC_USER_INIT_INO in proc_ns.h. */
  private static final String INITIAL_USERS = "user:[4026531837]";

  private Proc() {}

  /** Returns the maximum number of memory areas of a process: {@code vm.max_map_count}. */
  public static OptionalLong maxMapCount() {
    return number("/proc/sys/vm/max_map_count");
  }

  /** Returns whether a file can be opened, which means that a descriptor is free. */
  public static boolean canOpen() {
    try {
      new FileInputStream("/dev/null").close();
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** Returns the mode of {@code vm.overcommit_memory}: 0, 1 or 2. */
  public static OptionalLong overcommitMode() {
    return number("/proc/sys/vm/overcommit_memory");
  }

  /** Returns the number of memory areas of this process. */
  public static OptionalLong mapCount() {
    byte[] bytes = new byte[BUFFER];
    long lines = 0;
    try (FileInputStream maps = new FileInputStream("/proc/self/maps")) {
      int count;
      while ((count = maps.read(bytes)) > 0) {
        for (int i = 0; i < count; i++) {
          if (bytes[i] == '\n') {
            lines++;
          }
        }
      }
      return OptionalLong.of(lines);
    } catch (IOException e) {
      return OptionalLong.empty();
    }
  }

  /**
   * Returns a figure of {@code /proc/self/status} such as {@code VmSize} or {@code VmLck}, in
   * bytes.
   */
  public static OptionalLong statusBytes(String name) {
    return bytes(numberAfter("/proc/self/status", name + ":"));
  }

  /** Returns a figure of {@code /proc/meminfo} such as {@code CommitLimit}, in bytes. */
  public static OptionalLong memoryBytes(String name) {
    return bytes(numberAfter("/proc/meminfo", name + ":"));
  }

  /** Returns the default size of an explicit huge page in bytes. */
  public static long defaultHugePageBytes() {
    return memoryBytes("Hugepagesize").orElse(USUAL_HUGE_PAGE);
  }

  /**
   * Returns the directory with the figures of a pool of explicit huge pages.
   *
   * @param pageBytes the size of the pages, or 0 for the default size
   */
  public static String hugePagePool(long pageBytes) {
    long size = pageBytes == 0 ? defaultHugePageBytes() : pageBytes;
    return "/sys/kernel/mm/hugepages/hugepages-" + size / KIB + "kB/";
  }

  /** Returns the number that is the content of a file in {@code /proc} or {@code /sys}. */
  public static OptionalLong number(String file) {
    return numberAfter(file, "");
  }

  /**
   * Returns the soft limit in force, in the unit of {@code /proc/self/limits}.
   *
   * @param name the name in that file, such as {@code Max address space}
   * @return the limit, or empty if it is unlimited or unknown
   */
  public static OptionalLong limit(String name) {
    return numberAfter("/proc/self/limits", name);
  }

  /**
   * Returns whether this process has a capability, or false if that is unknown.
   *
   * @param number the number of the capability in linux/capability.h
   */
  public static boolean hasCapability(int number) {
    String mask = wordAfter("/proc/self/status", "CapEff:");
    try {
      return (Long.parseUnsignedLong(mask, 16) >>> number & 1) != 0;
    } catch (NumberFormatException unknown) {
      return false;
    }
  }

  /** Returns the umask of this process, or empty if that is unknown. */
  public static OptionalLong umask() {
    try {
      return OptionalLong.of(Long.parseLong(wordAfter("/proc/self/status", "Umask:"), 8));
    } catch (NumberFormatException unknown) {
      return OptionalLong.empty(); // the kernel is older than Linux 4.7
    }
  }

  /**
   * Returns whether this process is in the user namespace in which the system was started. In any
   * other, even the capabilities of root apply only to what belongs to that namespace.
   */
  public static boolean isInInitialUserNamespace() {
    if (!canOpen()) {
      return true; // java.nio.file could fail to load, and would then fail for good
    }
    try {
      Path link = Path.of("/proc/self/ns/user");
      return Files.readSymbolicLink(link).toString().equals(INITIAL_USERS);
    } catch (IOException e) {
      return mapsAllUsers(); // the kernel has no user namespaces, or there is no /proc
    }
  }

  /**
   * Returns whether every user of the system has a number in this process. In a user namespace some
   * may have none.
   */
  public static boolean mapsAllUsers() {
    String map = text("/proc/self/uid_map"); // empty if the kernel has no user namespaces
    return map.isEmpty() || map.strip().endsWith(ALL_USERS);
  }

  /** Returns the exception of an operation that cannot do without a file in {@code /proc}. */
  static UnsupportedOperationException unreadable(String file, IOException e) {
    return new UnsupportedOperationException(
        "this needs " + file + ", which cannot be read: is /proc mounted? " + e, e);
  }

  private static OptionalLong bytes(OptionalLong kib) {
    return kib.isPresent() ? OptionalLong.of(kib.getAsLong() * KIB) : kib;
  }

  private static OptionalLong numberAfter(String file, String prefix) {
    String word = wordAfter(file, prefix);
    long number = 0;
    for (int i = 0; i < word.length(); i++) {
      if (word.charAt(i) < '0' || word.charAt(i) > '9') {
        return OptionalLong.empty(); // "unlimited"
      }
      number = 10 * number + word.charAt(i) - '0';
    }
    return word.isEmpty() ? OptionalLong.empty() : OptionalLong.of(number);
  }

  /** Returns the first word after the prefix on the first line that starts with it, or "". */
  private static String wordAfter(String file, String prefix) {
    String text = text(file);
    int line = text.startsWith(prefix) ? 0 : text.indexOf("\n" + prefix) + 1;
    if (!text.startsWith(prefix, line)) {
      return "";
    }
    int start = line + prefix.length();
    while (start < text.length() && isBlank(text.charAt(start))) {
      start++;
    }
    int end = start;
    while (end < text.length() && text.charAt(end) > ' ') {
      end++;
    }
    return text.substring(start, end);
  }

  private static String text(String file) {
    try (FileInputStream in = new FileInputStream(file)) {
      // A name in these files may be in any encoding; ISO 8859-1 can decode all bytes.
      return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return "";
    }
  }

  private static boolean isBlank(char c) {
    return c == ' ' || c == '\t';
  }
}
