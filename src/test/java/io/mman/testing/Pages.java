package io.mman.testing;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.Errno;
import io.mman.MapFlag;
import io.mman.Mman;
import io.mman.MmanException;
import io.mman.NativeFile;
import io.mman.Protection;
import io.mman.internal.libc.KernelCalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.function.Executable;

/** Memory mapped through the facade until {@code close}, and checks for the tests of the facade. */
public record Pages(MemorySegment segment) implements AutoCloseable {
  public static final long SIZE = Mman.pageSize();
  public static final MemorySegment ANYWHERE = MemorySegment.NULL;

  /** Maps private writable memory. */
  public static Pages anonymous(long pages, MapFlag... more) {
    return anonymous(pages, Protection.READ_WRITE, more);
  }

  public static Pages anonymous(long pages, Protection protection, MapFlag... more) {
    Set<MapFlag> flags = EnumSet.of(MapFlag.PRIVATE, MapFlag.ANONYMOUS);
    flags.addAll(Set.of(more));
    return new Pages(Mman.mmap(ANYWHERE, pages * SIZE, protection, flags, -1, 0));
  }

  /** Maps a file as shared memory. */
  public static Pages shared(NativeFile file, long pages, Protection protection) {
    return file(file, pages, protection, MapFlag.SHARED);
  }

  public static Pages file(NativeFile file, long pages, Protection protection, MapFlag sharing) {
    Set<MapFlag> flags = Set.of(sharing);
    return new Pages(Mman.mmap(ANYWHERE, pages * SIZE, protection, flags, file.fd(), 0));
  }

  /** Returns a few pages of it. */
  public MemorySegment pages(long first, long count) {
    return segment.asSlice(first * SIZE, count * SIZE);
  }

  /** Unmaps a page, so that nothing is mapped there. */
  public void punch(long page) {
    Mman.munmap(pages(page, 1));
  }

  /** Returns {@link #segment} from its second byte on, an address that most calls refuse. */
  public MemorySegment misaligned() {
    return segment.asSlice(1);
  }

  @Override
  public void close() {
    Mman.munmap(segment);
  }

  /** Returns whether the first byte can be read, without a fault if not. */
  public static boolean isReadable(MemorySegment memory) {
    try (Arena arena = Arena.ofConfined()) {
      return copyFrom(memory, arena.allocate(1));
    }
  }

  /** Returns whether the first byte can be written, without a fault if not; then it is written. */
  public static boolean isWritable(MemorySegment memory, int value) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment source = arena.allocate(1);
      source.fill((byte) value);
      return copyTo(memory, source);
    }
  }

  /** Fills the target from mapped memory without a fault, or returns false. */
  public static boolean copyFrom(MemorySegment memory, MemorySegment target) {
    return KernelCalls.copyFrom(memory, target, target.byteSize()) == target.byteSize();
  }

  /** Copies the source to mapped memory without a fault, or returns false. */
  public static boolean copyTo(MemorySegment memory, MemorySegment source) {
    return KernelCalls.copyTo(memory, source, source.byteSize()) == source.byteSize();
  }

  /** Returns the resident pages, a bit each, by asking mincore. */
  public static String residency(MemorySegment range) {
    StringBuilder bits = new StringBuilder();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment vec = arena.allocate(Math.ceilDiv(range.byteSize(), SIZE));
      Mman.mincore(range, vec);
      vec.elements(JAVA_BYTE).forEach(b -> bits.append(b.get(JAVA_BYTE, 0) & 1));
    }
    return bits.toString();
  }

  /** Checks that a call fails, by its name and its error, and returns the exception. */
  public static MmanException assertFails(String call, Errno error, Executable action) {
    MmanException e = Failures.failure(call, error, action);
    assertTrue(e.getMessage().startsWith(call + "("), e.getMessage());
    return e;
  }

  /** Checks the same, and that the message contains these words. */
  public static void assertFails(String call, Errno error, String words, Executable action) {
    String message = assertFails(call, error, action).getMessage();
    assertTrue(message.contains(words), message);
  }
}
