package io.mman;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.ProviderMismatchException;

/**
 * Names as the kernel wants them: NUL-terminated bytes. A path is passed byte for byte, whatever
 * the locale: a name that is not valid in it would be changed by {@link Path#toString}.
 */
final class PathBytes {
  private static final boolean UTF_8 = "UTF-8".equals(System.getProperty("sun.jnu.encoding"));
  private static final char REPLACEMENT = '\uFFFD';

  private PathBytes() {}

  /** Refuses a path that the kernel does not know, such as one inside a zip file. */
  static Path requireDefaultFileSystem(Path path) {
    if (!path.getFileSystem().equals(FileSystems.getDefault())) {
      throw new ProviderMismatchException("not a path of the default file system: " + path);
    }
    return path;
  }

  static MemorySegment of(Path path, Arena arena) {
    String text = path.toString();
    return terminated(isFaithful(text) ? text.getBytes(StandardCharsets.UTF_8) : raw(path), arena);
  }

  /** Returns the bytes of a name that is not a path, such as that of a memfd. */
  static MemorySegment of(String name, Arena arena) {
    if (name.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("a name must not contain NUL");
    }
    return terminated(name.getBytes(StandardCharsets.UTF_8), arena);
  }

  /** Tells whether encoding the text gives the bytes that were decoded to it. */
  private static boolean isFaithful(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c >= 0x80 && (!UTF_8 || c == REPLACEMENT)) {
        return false;
      }
    }
    return true;
  }

  /** A file URI escapes each byte of the path, so it holds them all. */
  private static byte[] raw(Path path) {
    String escaped = path.toUri().getRawPath();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(escaped.length());
    for (int i = 0; i < escaped.length(); i++) {
      char c = escaped.charAt(i);
      if (c == '%') {
        bytes.write(Integer.parseInt(escaped, i + 1, i + 3, 16));
        i += 2;
      } else {
        bytes.write(c);
      }
    }
    return bytes.toByteArray();
  }

  private static MemorySegment terminated(byte[] bytes, Arena arena) {
    MemorySegment name = arena.allocate(bytes.length + 1L);
    MemorySegment.copy(bytes, 0, name, ValueLayout.JAVA_BYTE, 0, bytes.length);
    return name;
  }
}
