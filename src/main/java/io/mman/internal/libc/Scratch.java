package io.mman.internal.libc;

import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;

/**
 * A few hundred bytes of native memory for each thread, so that a call allocates nothing. They hold
 * the errno of the thread's last call, and the small structures that some calls need.
 */
final class Scratch {
  /** The offset of the part for structures, which follows the captured errno. */
  static final long STRUCTURE = 16;

  /** The size of that part: enough for any {@code struct stat}, and for mincore of a few pages. */
  static final long STRUCTURE_BYTES = 512;

  /** The result of a call that a signal has interrupted. EINTR is 4 on every platform. */
  static final int INTERRUPTED = -4;

  private static final StructLayout CAPTURED = Linker.Option.captureStateLayout();
  private static final long ERRNO = CAPTURED.byteOffset(PathElement.groupElement("errno"));

  // An anonymous class, because the first lambda of a JVM takes milliseconds.
  private static final ThreadLocal<MemorySegment> OF_THREAD =
      new ThreadLocal<>() {
        @Override
        protected MemorySegment initialValue() {
          return Arena.ofAuto().allocate(STRUCTURE + STRUCTURE_BYTES, 16);
        }
      };

  private Scratch() {}

  /**
   * Returns the scratch memory of the current thread.
   *
   * @throws IllegalCallerException if native access is denied, with the option that enables it
   */
  static MemorySegment get() {
    Linking.requireAccess();
    return OF_THREAD.get();
  }

  /** Returns the part for structures of the current thread's scratch memory. */
  static MemorySegment structure() {
    return get().asSlice(STRUCTURE);
  }

  /** Returns the result of the C function, or the negative errno if it is -1. */
  static long result(long result, MemorySegment scratch) {
    return result == -1 ? -scratch.get(ValueLayout.JAVA_INT, ERRNO) : result;
  }

  /** Returns the result of the C function, or the negative errno if it is -1. */
  static int result(int result, MemorySegment scratch) {
    return result == -1 ? -scratch.get(ValueLayout.JAVA_INT, ERRNO) : result;
  }
}
