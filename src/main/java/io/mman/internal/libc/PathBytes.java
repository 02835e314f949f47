package io.mman.internal.libc;

import io.mman.internal.platform.Platform;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.ProviderMismatchException;

/**
 * Converts names to NUL-terminated bytes for the kernel, and back. A path keeps all its bytes in
 * every locale, although {@link Path#toString} changes a name that is not valid in the locale.
 */
public final class PathBytes {
  private static final boolean UTF_8 = "UTF-8".equals(System.getProperty("sun.jnu.encoding"));
  private static final char REPLACEMENT = '\uFFFD';

  private PathBytes() {}

  /**
   * Returns the path.
   *
   * @throws ProviderMismatchException if the path does not exist for the kernel, such as one inside
   *     a zip file
   */
  public static Path requireDefaultFileSystem(Path path) {
    if (!path.getFileSystem().equals(FileSystems.getDefault())) {
      throw new ProviderMismatchException("not a path of the default file system: " + path);
    }
    return path;
  }

  /** Returns the bytes of a path, without NUL. The empty path is the working directory. */
  public static byte[] of(Path path) {
    String text = path.toString();
    if (text.isEmpty()) {
      return new byte[] {'.'}; // as in the JDK
    }
    return isFaithful(text) ? text.getBytes(StandardCharsets.UTF_8) : raw(path);
  }

  /** Returns the bytes of a path, terminated by NUL. */
  public static MemorySegment of(Path path, Arena arena) {
    return terminated(of(path), arena);
  }

  /** Returns the bytes of a name that is not a path, such as that of a memfd. */
  public static MemorySegment of(String name, Arena arena) {
    requireNoNul(name);
    return terminated(name.getBytes(StandardCharsets.UTF_8), arena);
  }

  /** Returns the path by which this process, and others on Linux, can open a descriptor again. */
  public static Path ofDescriptor(int fd) {
    return Platform.current().isLinux()
        ? Path.of("/proc/" + ProcessHandle.current().pid() + "/fd/" + fd)
        : Path.of("/dev/fd/" + fd);
  }

  /**
   * Returns the path of a shared-memory object. On Linux it is a file in /dev/shm; on other systems
   * the path is a slash and the name.
   *
   * @throws IllegalArgumentException if the name contains NUL, or is {@code .} or {@code ..}
   */
  public static Path ofSharedMemory(String name) {
    requireNoNul(name);
    String last = name.substring(name.lastIndexOf('/') + 1);
    if (last.equals(".") || last.equals("..")) {
      throw new IllegalArgumentException(
          "no shared-memory object can have the name \"" + name + "\"");
    }
    String directory = Platform.current().isLinux() ? "/dev/shm/" : "/";
    String path = directory + (name.startsWith("/") ? name.substring(1) : name);
    return isFaithful(path) ? Path.of(path) : escaped(path.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Returns a path that {@code /proc} shows.
   *
   * @param text one character for each byte; only line ends are escaped
   */
  public static Path ofProcText(String text) {
    return escaped(text.replace("\\012", "\n").getBytes(StandardCharsets.ISO_8859_1));
  }

  private static void requireNoNul(String name) {
    if (name.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("a name must not contain NUL");
    }
  }

  /** Returns whether encoding the text as UTF-8 gives the bytes from which it was decoded. */
  private static boolean isFaithful(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c >= 0x80 && (!UTF_8 || c == REPLACEMENT)) {
        return false;
      }
    }
    return true;
  }

  /** Returns the bytes by means of the path's URI, which escapes every one that is special. */
  private static byte[] raw(Path path) {
    String escaped = path.toUri().getRawPath();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(escaped.length());
    // The URI of a directory ends in a slash, with which open(2) would follow a symbolic link.
    int end = escaped.endsWith("/") ? escaped.length() - 1 : escaped.length();
    for (int i = 0; i < end; i++) {
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

  /**
   * Returns an absolute path that may not be valid in the locale's encoding, by means of a URI in
   * which every byte except slashes is escaped.
   */
  private static Path escaped(byte[] path) {
    StringBuilder escaped = new StringBuilder("file://");
    for (byte b : path) {
      escaped.append(b == '/' ? "/" : "%" + hex(b));
    }
    return Path.of(URI.create(escaped.toString()));
  }

  private static String hex(byte b) {
    return Character.toString(Character.forDigit(b >> 4 & 0xF, 16))
        + Character.forDigit(b & 0xF, 16);
  }

  static MemorySegment terminated(byte[] bytes, Arena arena) {
    MemorySegment name = arena.allocate(bytes.length + 1L);
    MemorySegment.copy(bytes, 0, name, ValueLayout.JAVA_BYTE, 0, bytes.length);
    return name;
  }
}
