package io.mman;

import io.mman.libc.FileCalls;
import io.mman.libc.MemoryCalls;
import java.lang.foreign.MemorySegment;
import java.util.EnumSet;

/**
 * What telling of a failure takes, loaded before anything has run out: without a descriptor no
 * class can be read from a folder, and without an area of memory to be had the JVM aborts where a
 * new class wants metaspace. Costs about as much as one failure does.
 */
final class ErrorPath {
  // By two threads at once does no harm.
  private static boolean knowsMemory;
  private static boolean knowsFiles;

  private ErrorPath() {}

  /** Loads, the first time, what a failure and the end of mapped memory take. */
  static void prepare() {
    if (!knowsMemory) {
      knowsMemory = true;
      try {
        MemoryCalls.loadMunmap();
        loadClasses();
      } catch (LinkageError | RuntimeException e) {
        // It has run out already: what was asked for may work all the same.
      }
    }
  }

  /** Loads, the first time, what a failure and the end of a file take. */
  static void prepareForFiles() {
    prepare();
    if (!knowsFiles) {
      knowsFiles = true;
      try {
        FileCalls.loadClose();
        FileCauses.open(Errno.EISDIR);
        Limits.prepareForFiles();
      } catch (LinkageError | RuntimeException e) {
        // As above.
      }
    }
  }

  /** By use, so that they are linked and initialized too. */
  private static void loadClasses() {
    Failure failure = Failure.of("mmap", -Errno.ENOMEM.number());
    failure.range(MemorySegment.NULL).flags(EnumSet.noneOf(MapFlag.class)).arg(Protection.NONE);
    failure.because(Causes.munmap(Errno.EPERM)).exception();
    HugePages.ofFile(-1);
    Limits.prepare();
  }
}
