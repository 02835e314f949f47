package io.mman.internal.libc;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A few hundred bytes of native memory for each thread, so that a call allocates nothing. They hold
 * the errno of the thread's last call, and the small structures that some calls need.
 *
 * <p>They are accessed through a buffer, because the first access to a segment takes milliseconds:
 * the JVM has to prepare a variable handle for it.
 */
final class Scratch {
  /** The size of the part for structures: enough for any {@code struct stat}. */
  static final int STRUCTURE_BYTES = 512;

  /** The result of a call that a signal has interrupted. EINTR is 4 on every platform. */
  static final int INTERRUPTED = -4;

  /** The offset of the part for structures, which follows the captured errno. */
  private static final int STRUCTURE = 16;

  /** The size of a {@code struct iovec}. */
  static final int IOVEC_BYTES = 16;

  // An anonymous class, because the first lambda of a JVM takes milliseconds.
  private static final ThreadLocal<Scratch> OF_THREAD =
      new ThreadLocal<>() {
        @Override
        protected Scratch initialValue() {
          return new Scratch();
        }
      };

  private final ByteBuffer bytes =
      ByteBuffer.allocateDirect(STRUCTURE + STRUCTURE_BYTES).order(ByteOrder.nativeOrder());

  private final MemorySegment memory = MemorySegment.ofBuffer(bytes);
  private final ByteBuffer structure =
      bytes.slice(STRUCTURE, STRUCTURE_BYTES).order(ByteOrder.nativeOrder());
  private final long structureAddress = memory.address() + STRUCTURE;

  private Scratch() {}

  /**
   * Returns the scratch memory of the current thread.
   *
   * @throws IllegalCallerException if native access is denied, with the option that enables it
   */
  static Scratch get() {
    Linking.requireAccess();
    return OF_THREAD.get();
  }

  /** Returns the memory, whose start receives the errno of a call. */
  MemorySegment memory() {
    return memory;
  }

  /** Returns the errno of the last call. The structure that captures it begins with it. */
  int errno() {
    return bytes.getInt(0);
  }

  /** Returns the address of the part for structures, which stays valid while the thread lives. */
  long structureAddress() {
    return structureAddress;
  }

  /** Stores the {@code struct iovec} of some bytes as one of several in the part for structures. */
  void putIovec(int index, MemorySegment memory, long bytes) {
    structure.putLong(index * IOVEC_BYTES, memory.address());
    structure.putLong(index * IOVEC_BYTES + Long.BYTES, bytes);
  }

  /** Returns the part for structures, whose position and limit never change. */
  ByteBuffer structure() {
    return structure;
  }
}
