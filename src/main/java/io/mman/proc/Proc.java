package io.mman.proc;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * Figures of {@code /proc}. A figure that cannot be had, on a system without {@code /proc} or in a
 * process without a descriptor left to open it, is empty: these are for explanations, not
 * decisions.
 */
public final class Proc {
  private static final long KIB = 1024;

  private Proc() {}

  /** Returns how many areas of memory a process may have: {@code vm.max_map_count}. */
  public static OptionalLong maxMapCount() {
    return firstNumber("/proc/sys/vm/max_map_count", "");
  }

  /** Returns the mode of {@code vm.overcommit_memory}: 0, 1 or 2. */
  public static OptionalLong overcommitMode() {
    return firstNumber("/proc/sys/vm/overcommit_memory", "");
  }

  /** Returns the number that a file of {@code /proc} or {@code /sys} consists of. */
  public static OptionalLong number(String file) {
    return firstNumber(file, "");
  }

  /** Returns how many areas of memory this process has. */
  public static OptionalLong mapCount() {
    try (BufferedReader maps = open("/proc/self/maps")) {
      long count = 0;
      while (maps.readLine() != null) {
        count++;
      }
      return OptionalLong.of(count);
    } catch (IOException e) {
      return OptionalLong.empty();
    }
  }

  /**
   * Returns a figure of {@code /proc/self/status} such as {@code VmSize} or {@code VmLck}, in
   * bytes.
   */
  public static OptionalLong statusBytes(String name) {
    return bytes(firstNumber("/proc/self/status", name + ":"));
  }

  /** Returns a figure of {@code /proc/meminfo} such as {@code CommitLimit}, in bytes. */
  public static OptionalLong memoryBytes(String name) {
    return bytes(firstNumber("/proc/meminfo", name + ":"));
  }

  /** Returns a figure of {@code /proc/meminfo} that is a count, such as {@code HugePages_Free}. */
  public static OptionalLong memoryCount(String name) {
    return firstNumber("/proc/meminfo", name + ":");
  }

  /**
   * Returns the soft limit in force, in the unit of {@code /proc/self/limits}.
   *
   * @param name the name there, such as {@code Max address space}
   * @return the limit, or empty if it is unlimited or unknown
   */
  public static OptionalLong limit(String name) {
    return firstNumber("/proc/self/limits", name);
  }

  /**
   * Tells whether this process has a capability, by its number in linux/capability.h; false where
   * that cannot be known.
   */
  public static boolean hasCapability(int number) {
    try (BufferedReader lines = open("/proc/self/status")) {
      String line;
      while ((line = lines.readLine()) != null) {
        if (line.startsWith("CapEff:")) {
          long mask = Long.parseUnsignedLong(line.substring("CapEff:".length()).strip(), 16);
          return (mask >>> number & 1) != 0;
        }
      }
    } catch (IOException | NumberFormatException e) {
      // Not to be known.
    }
    return false;
  }

  private static OptionalLong bytes(OptionalLong kib) {
    return kib.isPresent() ? OptionalLong.of(kib.getAsLong() * KIB) : kib;
  }

  /** Returns the first number after the prefix of the first line that starts with it. */
  private static OptionalLong firstNumber(String file, String prefix) {
    try (BufferedReader lines = open(file)) {
      String line;
      while ((line = lines.readLine()) != null) {
        if (line.startsWith(prefix)) {
          String[] words = line.substring(prefix.length()).strip().split("\\s+", 2);
          return OptionalLong.of(Long.parseLong(words[0]));
        }
      }
    } catch (IOException | NumberFormatException e) {
      // Said by the empty result; "unlimited" is not a number either.
    }
    return OptionalLong.empty();
  }

  static BufferedReader open(String file) throws IOException {
    // A name or a path in these files may be in any encoding; this one decodes all bytes.
    return Files.newBufferedReader(Path.of(file), StandardCharsets.ISO_8859_1);
  }
}
