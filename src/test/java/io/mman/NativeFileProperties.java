package io.mman;

import static java.nio.file.StandardOpenOption.WRITE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.mman.internal.file.MappedExtents;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.UseType;

/** Length and contents of a file against an array of bytes. */
class NativeFileProperties {
  /** The operations on the file. */
  public enum Step {
    RESIZE,
    ALLOCATE,
    WRITE_BYTE,
    COVER,
    UNCOVER
  }

  /** A step with its two numbers. */
  public record Action(
      Step step, @IntRange(max = 20_000) int first, @IntRange(max = 9_000) int second) {}

  /** The expected contents. */
  private static final class Model {
    byte[] bytes = {};
    int covered;

    void lengthen(int length) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length, length));
    }
  }

  @Property(tries = 100)
  void anySequenceOfChangesLeavesWhatTheModelSays(
      @ForAll @Size(max = 20) List<@UseType Action> actions) throws IOException {
    Path path = Files.createTempFile("mman-model", null);
    try (NativeFile file = NativeFile.open(path, WRITE);
        FileChannel channel = FileChannel.open(path, WRITE)) {
      Model model = new Model();
      int fd = file.file.acquire();
      MappedExtents.Extent region = file.file.cover(file.file.status(fd), 0);
      file.file.release();
      for (Action action : actions) {
        apply(action, file, region, channel, model);
        assertEquals(model.bytes.length, file.size());
      }
      assertArrayEquals(model.bytes, Files.readAllBytes(path));
      region.remove();
    } finally {
      Files.delete(path);
    }
  }

  private static void apply(
      Action action, NativeFile file, MappedExtents.Extent region, FileChannel channel, Model model)
      throws IOException {
    int first = action.first;
    switch (action.step) {
      case RESIZE -> resize(file, first, model);
      case ALLOCATE -> allocate(file, first, action.second, model);
      case WRITE_BYTE -> {
        model.lengthen(first + 1);
        model.bytes[first] = (byte) action.second;
        channel.write(ByteBuffer.wrap(model.bytes, first, 1), first);
      }
      case COVER -> {
        model.covered = Math.min(first, model.bytes.length);
        region.move(model.covered);
      }
      case UNCOVER -> {
        model.covered = 0;
        region.move(0);
      }
    }
  }

  private static void resize(NativeFile file, int size, Model model) {
    if (size < model.covered) {
      assertThrows(IllegalStateException.class, () -> file.resize(size));
    } else {
      file.resize(size);
      model.bytes = Arrays.copyOf(model.bytes, size);
    }
  }

  private static void allocate(NativeFile file, int offset, int length, Model model) {
    if (length == 0) {
      var e = assertThrows(MmanException.class, () -> file.allocate(offset, length));
      assertEquals(Errno.EINVAL, e.error());
    } else {
      file.allocate(offset, length);
      model.lengthen(offset + length);
    }
  }
}
