package io.mman.internal.signal;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.mman.internal.libc.FileCalls;
import io.mman.internal.libc.MemoryCalls;
import io.mman.internal.libc.PathBytes;
import io.mman.internal.libc.ProcessCalls;
import io.mman.testing.Samples;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/** A file that is mapped shared and registered, in a JVM that a bus error may end. */
final class Victim implements AutoCloseable {
  static final long PAGE = ProcessCalls.pageSize();
  static final int READ_WRITE = 3;
  static final int SHARED = 1;
  static final int SHARED_FIXED = 0x11;
  private static final int O_RDWR_CLOEXEC = 0x80002;

  final Path path;
  final int descriptor;
  final MemorySegment segment;
  final SurvivingRange range;

  /** The length of the file, for a test that keeps it here. */
  long size;

  private Victim(Path path, long length, long capacity, long pageSize, boolean registered) {
    this.path = path;
    try (Arena arena = Arena.ofConfined()) {
      descriptor = check(FileCalls.open(PathBytes.of(path, arena), O_RDWR_CLOEXEC, 0));
    }
    long address =
        checked(MemoryCalls.mmap(MemorySegment.NULL, length, READ_WRITE, SHARED, descriptor, 0));
    segment = MemorySegment.ofAddress(address).reinterpret(length);
    BusHandler.ensureInstalled();
    range =
        registered
            ? SurvivingRange.register(
                address, length, capacity, pageSize, READ_WRITE, descriptor, 0)
            : null;
  }

  /** Maps and registers a whole file. */
  static Victim of(Path path, long length) {
    return new Victim(path, length, length, PAGE, true);
  }

  /** Maps a file that may grow in place. */
  static Victim of(Path path, long length, long capacity) {
    return new Victim(path, length, capacity, PAGE, true);
  }

  /** Maps and registers a file of explicit huge pages. */
  static Victim ofHugePages(Path path, long length, long pageSize) {
    return new Victim(path, length, length, pageSize, true);
  }

  /** Maps a file without registering it. */
  static Victim unregistered(Path path, long length) {
    return new Victim(path, length, length, PAGE, false);
  }

  /** Sets the length of the file. */
  void truncate(long length) {
    check(FileCalls.ftruncate(descriptor, length));
  }

  /** Maps the file over the lost pages, and returns how many it has. */
  long restore() {
    return range.restore(range.lost().fileLength(), SHARED_FIXED);
  }

  byte get(long offset) {
    return segment.get(JAVA_BYTE, offset);
  }

  void set(long offset, int value) {
    segment.set(JAVA_BYTE, offset, (byte) value);
  }

  int getInt(long offset) {
    return segment.get(JAVA_INT, offset);
  }

  /** Checks that the bytes of a range are those of {@link Samples}. */
  void requireSample(long from, long to) {
    for (long i = from; i < to; i++) {
      require(get(i) == Samples.at(i), "byte " + i + " is " + get(i));
    }
  }

  /** Checks that the bytes of a range are 0. */
  void requireZero(long from, long to) {
    for (long i = from; i < to; i++) {
      require(get(i) == 0, "byte " + i + " is " + get(i));
    }
  }

  void requireLost(long pages) {
    require(range.lostPages() == pages, range.lostPages() + " pages were lost, not " + pages);
  }

  @Override
  public void close() {
    if (range != null) {
      range.unregister();
    }
    check(MemoryCalls.munmap(segment));
    check(FileCalls.close(descriptor));
  }

  static void require(boolean condition, String message) {
    if (!condition) {
      throw new AssertionError(message);
    }
  }

  static int check(int result) {
    require(result >= 0, "errno " + -result);
    return result;
  }

  static long checked(long result) {
    require(result > 0 || result < -4095, "errno " + -result);
    return result;
  }
}
