package io.mman;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.internal.libc.KernelCalls;
import io.mman.testing.Failures;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.function.Executable;

/** Memory mapped through the facade until {@code close}, and what the facade's tests ask of it. */
record Pages(MemorySegment segment) implements AutoCloseable {
  static final long SIZE = Mman.pageSize();
  static final MemorySegment ANYWHERE = MemorySegment.NULL;

  /** Maps private writable memory. */
  static Pages anonymous(long pages, MapFlag... more) {
    return anonymous(pages, Protection.READ_WRITE, more);
  }

  static Pages anonymous(long pages, Protection protection, MapFlag... more) {
    Set<MapFlag> flags = EnumSet.of(MapFlag.PRIVATE, MapFlag.ANONYMOUS);
    flags.addAll(Set.of(more));
    return new Pages(Mman.mmap(ANYWHERE, pages * SIZE, protection, flags, -1, 0));
  }

  /** Maps a file for all to see. */
  static Pages shared(NativeFile file, long pages, Protection protection) {
    return file(file, pages, protection, MapFlag.SHARED);
  }

  static Pages file(NativeFile file, long pages, Protection protection, MapFlag sharing) {
    Set<MapFlag> flags = Set.of(sharing);
    return new Pages(Mman.mmap(ANYWHERE, pages * SIZE, protection, flags, file.fd(), 0));
  }

  /** Returns a few pages of it. */
  MemorySegment pages(long first, long count) {
    return segment.asSlice(first * SIZE, count * SIZE);
  }

  /** Unmaps a page, so that nothing is mapped there. */
  void punch(long page) {
    Mman.munmap(pages(page, 1));
  }

  /** Returns the memory of {@link #segment} a byte further on: no call wants such an address. */
  MemorySegment misaligned() {
    return segment.asSlice(1);
  }

  @Override
  public void close() {
    Mman.munmap(segment);
  }

  /** Tells, without trying, whether reading the first byte would be a fault. */
  static boolean isReadable(MemorySegment memory) {
    try (Arena arena = Arena.ofConfined()) {
      return KernelCalls.copyFrom(memory, arena.allocate(1), 1) == 1;
    }
  }

  /** Tells whether writing the first byte would be a fault; writes it if not. */
  static boolean isWritable(MemorySegment memory, int value) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment source = arena.allocate(1);
      source.fill((byte) value);
      return KernelCalls.copyTo(memory, source, 1) == 1;
    }
  }

  /** Returns the resident pages, a bit each, by asking mincore. */
  static String residency(MemorySegment range) {
    StringBuilder bits = new StringBuilder();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment vec = arena.allocate(Math.ceilDiv(range.byteSize(), SIZE));
      Mman.mincore(range, vec);
      vec.elements(JAVA_BYTE).forEach(b -> bits.append(b.get(JAVA_BYTE, 0) & 1));
    }
    return bits.toString();
  }

  /** Checks that a call fails, by its name and its error, and returns the exception. */
  static MmanException assertFails(String call, Errno error, Executable action) {
    MmanException e = Failures.failure(call, error, action);
    assertTrue(e.getMessage().startsWith(call + "("), e.getMessage());
    return e;
  }

  /** As above, and that the message says so. */
  static void assertFails(String call, Errno error, String words, Executable action) {
    String message = assertFails(call, error, action).getMessage();
    assertTrue(message.contains(words), message);
  }
}
