package io.mman.testing;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Files whose bytes depend on their offset. */
public final class Samples {
  private Samples() {}

  /** Returns the byte that a sample has at some offset: never 0, and another page has others. */
  public static byte at(long offset) {
    return (byte) (1 + Math.floorMod(offset + (offset >>> 12) * 11, 127));
  }

  /** Returns the bytes of a sample from some offset on. */
  public static byte[] bytes(long offset, long length) {
    byte[] bytes = new byte[Math.toIntExact(length)];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = at(offset + i);
    }
    return bytes;
  }

  /** Writes a sample of some length to a new file. */
  public static Path file(Path folder, long length) {
    try {
      return Files.write(Files.createTempFile(folder, "sample", ".bin"), bytes(0, length));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Creates a file of some length without a single block. */
  public static Path sparse(Path folder, long length) {
    try {
      Path path = Files.createTempFile(folder, "sparse", ".bin");
      resize(path, length);
      return path;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Sets the length of a file, as another program would. */
  public static void resize(Path path, long length) {
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.setLength(length);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns some bytes of a file, read without any mapping. */
  public static byte[] read(Path path, long offset, int length) {
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
      byte[] bytes = new byte[length];
      file.seek(offset);
      file.readFully(bytes);
      return bytes;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the bytes of a segment. */
  public static byte[] bytes(MemorySegment segment) {
    return segment.toArray(ValueLayout.JAVA_BYTE);
  }

  /** Returns the bytes of disk that a file takes up. */
  public static long diskBytes(Path path) {
    // java.nio.file has no attribute for this; %b counts units of 512 bytes.
    String blocks = Command.run(List.of("stat", "-Lc", "%b", path.toString())).success();
    return 512 * Long.parseLong(blocks.strip());
  }
}
