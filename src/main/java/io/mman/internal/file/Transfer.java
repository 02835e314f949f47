package io.mman.internal.file;

import io.mman.Errno;
import io.mman.internal.error.Failure;
import io.mman.internal.libc.ProcessCalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A read or write at a position of a file, and how far it has come. It is repeated for the rest
 * after a system call that has moved only a part. Memory on the Java heap has no fixed address, and
 * is moved in pieces through a native buffer.
 */
abstract class Transfer {
  /** The result if NOWAIT is given and not even the first byte can be moved without waiting. */
  private static final long WOULD_WAIT = -1;

  /** What Linux moves at most in one call, on systems with the smallest pages. */
  static final long CALL_BYTES = 0x7ffff000;

  /** What is requested at most in one call: less than any system refuses, and aligned for all. */
  private static final long PIECE_BYTES = 1 << 30;

  /** The size of the buffer: large enough that a direct transfer keeps a medium busy. */
  private static final long BUFFER_BYTES = 1 << 20;

  private final OpenFile file;
  private final long position;
  private final MemorySegment memory;
  private final boolean isWhole;
  private final boolean neverWaits;
  private long done;

  /** The result of the last system call. */
  private long result = 1;

  /** The memory that the last system call was given. */
  private MemorySegment piece = MemorySegment.NULL;

  /**
   * Prepares a transfer.
   *
   * @param isWhole whether one system call moves everything, and is never repeated for a rest
   * @param neverWaits whether NOWAIT is given
   */
  Transfer(
      OpenFile file, long position, MemorySegment memory, boolean isWhole, boolean neverWaits) {
    this.file = file;
    this.position = position;
    this.memory = memory;
    this.isWhole = isWhole;
    this.neverWaits = neverWaits;
  }

  /** Makes a system call, and returns the number of bytes moved or the negative errno. */
  abstract long call(int fd, MemorySegment piece, long at);

  /** Copies bytes from the memory on the heap into a buffer, before the call. */
  abstract void fill(MemorySegment buffer, MemorySegment heap, long offset);

  /** Copies so many bytes from a buffer into the memory on the heap, after the call. */
  abstract void drain(MemorySegment buffer, MemorySegment heap, long offset, long bytes);

  /** Returns the name of the C function that the transfer calls. */
  abstract String function();

  /** Adds the flags and the reason to the message for a failed call. */
  abstract Failure explain(Failure failure, int fd);

  /**
   * Moves as many bytes as possible. An error after the first byte ends the transfer, and is
   * reported by the next one, as by read(2).
   *
   * @return the number of bytes moved, or -1 if NOWAIT is given and the first byte has to wait
   * @throws IllegalStateException if the file is closed
   * @throws io.mman.MmanException if not even the first byte can be moved
   */
  final long run() {
    int fd = file.acquire();
    try {
      if (memory.isNative()) {
        move(fd);
      } else if (memory.byteSize() > 0) {
        moveThroughBuffer(fd);
      }
      return outcome(fd);
    } finally {
      file.release();
    }
  }

  private boolean isUnfinished() {
    return done < memory.byteSize() && result > 0 && !(isWhole && done > 0);
  }

  private void move(int fd) {
    long most = isWhole ? CALL_BYTES : PIECE_BYTES;
    while (isUnfinished()) {
      piece = memory.asSlice(done, Math.min(most, memory.byteSize() - done));
      proceed(fd);
    }
  }

  private void moveThroughBuffer(int fd) {
    long most = isWhole ? CALL_BYTES : BUFFER_BYTES;
    try (Arena arena = Arena.ofConfined()) {
      long bytes = Math.min(most, memory.byteSize());
      MemorySegment buffer = arena.allocate(bytes, ProcessCalls.pageSize());
      while (isUnfinished()) {
        piece = buffer.asSlice(0, Math.min(bytes, memory.byteSize() - done));
        fill(piece, memory, done);
        long from = done;
        proceed(fd);
        drain(piece, memory, from, done - from);
      }
    }
  }

  private void proceed(int fd) {
    result = call(fd, piece, position + done);
    done += Math.max(0, result);
  }

  private long outcome(int fd) {
    if (done > 0 || result >= 0) {
      return done;
    }
    if (neverWaits && result == -Errno.EAGAIN.number()) {
      return WOULD_WAIT;
    }
    Failure failure = file.failure(function(), (int) result).range(piece);
    throw explain(failure.arg("offset", position), fd).exception();
  }
}
