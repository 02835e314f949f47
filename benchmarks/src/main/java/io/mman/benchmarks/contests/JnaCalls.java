package io.mman.benchmarks.contests;

import com.sun.jna.Native;

/** Calls through JNA in its fastest form: direct mapping, addresses as longs, no errno. */
final class JnaCalls {
  static {
    Native.register(JnaCalls.class, "c");
  }

  private JnaCalls() {}

  static native int madvise(long address, long length, int advice);

  static native int msync(long address, long length, int flags);

  static native int mprotect(long address, long length, int protection);

  static native int mlock(long address, long length);

  static native int munlock(long address, long length);

  static native int mincore(long address, long length, long vec);

  static native long mremap(long address, long length, long newLength, int flags, long newAddress);

  static native int munmap(long address, long length);

  static native long mmap(
      long address, long length, int protection, int flags, int fd, long offset);
}
