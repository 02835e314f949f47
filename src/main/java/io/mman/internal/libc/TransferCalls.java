package io.mman.internal.libc;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.mman.internal.platform.Fcntl;
import io.mman.internal.platform.OpenFlags;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * The calls that move bytes between a descriptor and memory. The kernel reports a page of the
 * memory that cannot be accessed as EFAULT, without a signal. A call that a signal interrupts
 * (EINTR) is made again.
 */
public final class TransferCalls {
  /**
   * The shape of pread, which the functions without an offset have as well: every further shape
   * takes milliseconds to link, and every calling convention allows additional arguments, which the
   * function ignores.
   */
  private static final FunctionDescriptor TRANSFER =
      FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_LONG);

  private static final int FD_CLOEXEC = 1;

  private TransferCalls() {}

  // ssize_t pread(int fd, void *buf, size_t count, off_t offset);
  private static final class Pread {
    static final MethodHandle CALL = Linking.link("pread", TRANSFER);
  }

  /**
   * Reads from an offset of a file, which does not move the file offset.
   *
   * @return the number of bytes read, 0 at the end of the file, or the negative errno
   */
  public static long pread(int fd, MemorySegment target, long offset) {
    MemorySegment scratch = Scratch.get();
    try {
      long result;
      do {
        result =
            Scratch.result(
                (long) Pread.CALL.invokeExact(scratch, fd, target, target.byteSize(), offset),
                scratch);
      } while (result == Scratch.INTERRUPTED);
      return result;
    } catch (Throwable t) {
      throw Linking.unexpected(t);
    }
  }

  // ssize_t read(int fd, void *buf, size_t count);
  private static final class Read {
    static final MethodHandle CALL = Linking.link("read", TRANSFER);
  }

  /** Returns the number of bytes read, 0 at the end, or the negative errno. */
  public static long read(int fd, MemorySegment target) {
    MemorySegment scratch = Scratch.get();
    try {
      long result;
      do {
        result =
            Scratch.result(
                (long) Read.CALL.invokeExact(scratch, fd, target, target.byteSize(), 0L), scratch);
      } while (result == Scratch.INTERRUPTED);
      return result;
    } catch (Throwable t) {
      throw Linking.unexpected(t);
    }
  }

  // ssize_t write(int fd, const void *buf, size_t count);
  private static final class Write {
    static final MethodHandle CALL = Linking.link("write", TRANSFER);
  }

  /** Returns the number of bytes written, or the negative errno. */
  public static long write(int fd, MemorySegment source) {
    MemorySegment scratch = Scratch.get();
    try {
      long result;
      do {
        result =
            Scratch.result(
                (long) Write.CALL.invokeExact(scratch, fd, source, source.byteSize(), 0L), scratch);
      } while (result == Scratch.INTERRUPTED);
      return result;
    } catch (Throwable t) {
      throw Linking.unexpected(t);
    }
  }

  // int pipe2(int pipefd[2], int flags);
  private static final class Pipe2 {
    static final MethodHandle CALL =
        Linking.link("pipe2", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));
    static final boolean IS_HERE = Linking.has("pipe2");
  }

  // int pipe(int pipefd[2]);
  private static final class Pipe {
    static final MethodHandle CALL = Linking.link("pipe", FunctionDescriptor.of(JAVA_INT, ADDRESS));
  }

  /**
   * Creates a pipe, neither end of which blocks or is inherited by another program.
   *
   * @param ends receives the descriptors of the end to read and of the end to write, on success
   * @return 0, or the negative errno
   */
  public static int pipe(int[] ends) {
    MemorySegment scratch = Scratch.get();
    MemorySegment pair = scratch.asSlice(Scratch.STRUCTURE, 2 * Integer.BYTES);
    int result;
    try {
      result =
          Pipe2.IS_HERE
              ? (int) Pipe2.CALL.invokeExact(scratch, pair, pipeFlags())
              : (int) Pipe.CALL.invokeExact(scratch, pair);
    } catch (Throwable t) {
      throw Linking.unexpected(t);
    }
    if (result != 0) {
      return Scratch.result(result, scratch);
    }
    int[] created = pair.toArray(JAVA_INT); // before another call uses the memory
    result = Pipe2.IS_HERE ? 0 : setFlags(created);
    if (result == 0) {
      System.arraycopy(created, 0, ends, 0, ends.length);
    }
    return result;
  }

  private static int pipeFlags() {
    return OpenFlags.O_CLOEXEC.bits() | OpenFlags.O_NONBLOCK.bits();
  }

  /** Does what pipe2 would have done; macOS lacks it. Closes the pipe if that fails. */
  private static int setFlags(int[] ends) {
    for (int end : ends) {
      int result = FileCalls.fcntl(end, Fcntl.SETFD.number(), FD_CLOEXEC);
      if (result >= 0) {
        result = FileCalls.fcntl(end, Fcntl.SETFL.number(), OpenFlags.O_NONBLOCK.bits());
      }
      if (result < 0) {
        FileCalls.close(ends[0]);
        FileCalls.close(ends[1]);
        return result;
      }
    }
    return 0;
  }

  /** Returns the name of the function that {@link #pipe} calls. */
  public static String nameOfPipe() {
    return Pipe2.IS_HERE ? "pipe2" : "pipe";
  }
}
