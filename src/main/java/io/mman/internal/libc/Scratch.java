package io.mman.internal.libc;

import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;

/**
 * A few hundred bytes of native memory for each thread: the errno of its last call, and the small
 * structures that calls take, so that a call allocates nothing.
 */
final class Scratch {
  /** Where a call may put a structure, behind the captured errno. */
  static final long STRUCTURE = 16;

  /** Room for {@code struct stat} of any platform, and for mincore to answer on a few pages. */
  static final long STRUCTURE_BYTES = 512;

  /** The result of a call that a signal has interrupted: EINTR is 4 on every platform. */
  static final int INTERRUPTED = -4;

  private static final StructLayout CAPTURED = Linker.Option.captureStateLayout();
  private static final long ERRNO = CAPTURED.byteOffset(PathElement.groupElement("errno"));

  // An anonymous class, because the first lambda of a JVM costs milliseconds.
  private static final ThreadLocal<MemorySegment> OF_THREAD =
      new ThreadLocal<>() {
        @Override
        protected MemorySegment initialValue() {
          return Arena.ofAuto().allocate(STRUCTURE + STRUCTURE_BYTES, 16);
        }
      };

  private Scratch() {}

  /**
   * Returns the running thread's scratch memory.
   *
   * @throws IllegalCallerException if native access is denied, with the flag that grants it
   */
  static MemorySegment get() {
    Linking.requireAccess();
    return OF_THREAD.get();
  }

  /** Returns the part of the running thread's scratch memory that is for structures. */
  static MemorySegment structure() {
    return get().asSlice(STRUCTURE);
  }

  /** Returns C's result, or the negative errno where C reports failure by -1. */
  static long result(long result, MemorySegment scratch) {
    return result == -1 ? -scratch.get(ValueLayout.JAVA_INT, ERRNO) : result;
  }

  /** Returns C's result, or the negative errno where C reports failure by -1. */
  static int result(int result, MemorySegment scratch) {
    return result == -1 ? -scratch.get(ValueLayout.JAVA_INT, ERRNO) : result;
  }
}
