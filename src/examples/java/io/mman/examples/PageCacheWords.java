package io.mman.examples;

import io.mman.MmanException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Locale;

/** Formats counts, sizes, names and errors for {@link PageCacheTool}. */
final class PageCacheWords {
  private static final String[] UNITS = {"bytes", "KiB", "MiB", "GiB", "TiB"};

  private PageCacheWords() {}

  /** Loads this class, which reports errors, while there are descriptors left to load it with. */
  static void load() {}

  static String count(long number, String noun) {
    return String.format(Locale.ROOT, "%,d %s%s", number, noun, number == 1 ? "" : "s");
  }

  static String size(long bytes) {
    if (bytes < 1024) {
      return count(bytes, "byte");
    }
    double amount = bytes;
    int unit = 0;
    while (amount >= 1024 && unit < UNITS.length - 1) {
      amount /= 1024;
      unit++;
    }
    return String.format(Locale.ROOT, "%,.1f %s", amount, UNITS[unit]);
  }

  /** Escapes control characters, which could end the line or control the terminal. */
  static String printable(String text) {
    StringBuilder safe = new StringBuilder();
    text.chars()
        .forEach(
            c -> {
              switch (c) {
                case '\n' -> safe.append("\\n");
                case '\t' -> safe.append("\\t");
                default ->
                    safe.append(Character.isISOControl(c) ? "\\x%02x".formatted(c) : (char) c + "");
              }
            });
    return safe.toString();
  }

  /** Returns why a folder could not be searched. */
  static String reason(IOException e) {
    return switch (e) {
      case NoSuchFileException missing when missing.getFile().contains("\ufffd") ->
          "no such file; Java cannot open a name that is not UTF-8, so name its folder instead";
      case NoSuchFileException missing -> "no such file or folder";
      case AccessDeniedException denied -> "permission denied";
      case FileSystemException other when other.getReason() != null -> other.getReason();
      default -> e.toString();
    };
  }

  /** Returns why a file that was found could not be opened, mapped or changed. */
  static String reason(MmanException e) {
    return switch (e.getCause()) {
      case NoSuchFileException missing -> "the file no longer exists";
      case AccessDeniedException denied -> "permission denied";
      default -> e.getMessage(); // the call, its arguments, and the limit that was reached
    };
  }
}
