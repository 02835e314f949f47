package io.mman;

import static java.nio.file.StandardOpenOption.WRITE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.UseType;

/** Reads and writes of a file against an array of bytes. */
class NativeFileTransferProperties {
  /** What is done with the file. */
  public enum Step {
    READ,
    WRITE,
    APPEND,
    RESIZE
  }

  /** What the bytes are read into or written from. */
  public enum Memory {
    NATIVE,
    BYTES,
    LONGS
  }

  /** A step; the position may be past the end, so that the file has holes. */
  public record Action(
      Step step,
      Memory memory,
      @IntRange(max = 30_000) int position,
      @IntRange(max = 9_000) int size,
      @IntRange(max = 3) int flag,
      int seed) {}

  private static final List<ReadFlag> READ_FLAGS =
      List.of(ReadFlag.NOWAIT, ReadFlag.HIPRI, ReadFlag.DONTCACHE);
  private static final List<WriteFlag> WRITE_FLAGS = List.of(WriteFlag.DSYNC, WriteFlag.SYNC);

  private NativeFile file;
  private byte[] model;

  @Property(tries = 60)
  void aFileOnDiskHasTheBytesOfTheModel(@ForAll @Size(max = 20) List<@UseType Action> actions)
      throws IOException {
    Path path = Files.createTempFile("mman-transfer", null);
    try (NativeFile opened = NativeFile.open(path, WRITE)) {
      play(opened, actions);
      assertArrayEquals(model, Files.readAllBytes(path));
    } finally {
      Files.delete(path);
    }
  }

  @Property(tries = 100)
  void aFileInMemoryHasTheBytesOfTheModel(@ForAll @Size(max = 20) List<@UseType Action> actions)
      throws IOException {
    try (NativeFile opened = NativeFile.memory("transfer", 0)) {
      play(opened, actions);
      assertArrayEquals(model, Files.readAllBytes(opened.path()));
    }
  }

  private void play(NativeFile opened, List<Action> actions) {
    file = opened;
    model = new byte[0];
    for (Action action : actions) {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment memory = memory(action, arena);
        switch (action.step()) {
          case READ -> read(action, memory);
          case WRITE -> write(action, memory);
          case APPEND -> append(action, memory);
          case RESIZE -> {
            file.resize(action.position());
            model = Arrays.copyOf(model, action.position());
          }
        }
      }
      assertEquals(model.length, file.size());
    }
  }

  /** Random bytes; a slice, so that it begins anywhere. */
  private static MemorySegment memory(Action action, Arena arena) {
    int start = Math.floorMod(action.seed(), 17);
    MemorySegment whole =
        switch (action.memory()) {
          case NATIVE -> arena.allocate(start + action.size());
          case BYTES -> MemorySegment.ofArray(new byte[start + action.size()]);
          case LONGS -> MemorySegment.ofArray(new long[(start + action.size()) / 8 + 1]);
        };
    MemorySegment memory = whole.asSlice(start, action.size());
    byte[] bytes = new byte[action.size()];
    new Random(action.seed()).nextBytes(bytes);
    MemorySegment.copy(bytes, 0, memory, ValueLayout.JAVA_BYTE, 0, bytes.length);
    return memory;
  }

  /** Without flags as many bytes as there are; a flag may be refused, but never alters bytes. */
  private void read(Action action, MemorySegment target) {
    byte[] expected = target.toArray(ValueLayout.JAVA_BYTE);
    int most = Math.clamp(model.length - action.position(), 0, action.size());
    long read;
    if (action.flag() == 0) {
      read = file.read(action.position(), target);
      assertEquals(most, read);
    } else {
      ReadFlag flag = READ_FLAGS.get(action.flag() - 1);
      read = orRefused(() -> file.read(action.position(), target, flag));
      assertTrue(read == most || flag == ReadFlag.NOWAIT && read < most || read == REFUSED);
    }
    if (read > 0) {
      System.arraycopy(model, action.position(), expected, 0, (int) read);
    }
    assertArrayEquals(expected, target.toArray(ValueLayout.JAVA_BYTE));
  }

  private static final long REFUSED = -2;

  private interface Reading {
    long read();
  }

  private static long orRefused(Reading reading) {
    try {
      return reading.read();
    } catch (MmanException e) {
      assertEquals(Errno.EOPNOTSUPP, e.error());
      return REFUSED;
    }
  }

  /** Syncing is cheap in memory only. */
  private void write(Action action, MemorySegment source) {
    boolean inMemory = file.path().startsWith("/proc");
    long written =
        action.flag() == 0 || action.flag() == 3 || !inMemory
            ? file.write(action.position(), source)
            : file.write(action.position(), source, WRITE_FLAGS.get(action.flag() - 1));
    assertEquals(action.size(), written);
    put(action.position(), source);
  }

  private void append(Action action, MemorySegment source) {
    assertEquals(action.size(), file.write(action.position(), source, WriteFlag.APPEND));
    put(model.length, source);
  }

  private void put(int position, MemorySegment source) {
    byte[] bytes = source.toArray(ValueLayout.JAVA_BYTE);
    if (bytes.length > 0) {
      lengthen(position + bytes.length);
      System.arraycopy(bytes, 0, model, position, bytes.length);
    }
  }

  private void lengthen(int length) {
    model = Arrays.copyOf(model, Math.max(model.length, length));
  }
}
