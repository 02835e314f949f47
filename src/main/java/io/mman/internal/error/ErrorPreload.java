package io.mman.internal.error;

import io.mman.Errno;
import io.mman.MapFlag;
import io.mman.Protection;
import io.mman.internal.libc.FileCalls;
import io.mman.internal.libc.FunctionClasses;
import io.mman.internal.libc.MemoryCalls;
import io.mman.internal.proc.Proc;
import java.lang.foreign.MemorySegment;
import java.util.EnumSet;

/**
 * Preloads the classes needed to report a failure, before resources run out. Without a free
 * descriptor the JVM cannot read a class from a folder, and without a free map area it aborts when
 * a new class needs metaspace. This costs about as much as reporting one failure.
 */
public final class ErrorPreload {
  /** A process with this many open files may later reach the limit of descriptors. */
  public static final int MANY_FILES = 16;

  // Two threads may both find these false and preload twice, which does no harm.
  private static boolean knowsMemory;
  private static boolean knowsFiles;
  private static boolean knowsMore;

  private ErrorPreload() {}

  /** Preloads the classes needed to report a failure and to unmap memory, on the first call. */
  public static void prepare() {
    if (!knowsMemory) {
      knowsMemory = true;
      try {
        MemoryCalls.loadMunmap();
        loadClasses();
      } catch (LinkageError | RuntimeException e) {
        // Resources have run out already; the requested operation may still succeed.
      }
    }
  }

  /** Preloads the classes needed to report a failure and to close a file, on the first call. */
  public static void prepareForFiles() {
    prepare();
    if (!knowsFiles) {
      knowsFiles = true;
      try {
        FileCalls.loadClose();
        FileErrors.open(Errno.EISDIR);
        ResourceLimits.prepareForFiles();
      } catch (LinkageError | RuntimeException e) {
        // Resources have run out already; the requested operation may still succeed.
      }
    }
  }

  /**
   * Preloads the classes of all functions if many files are open.
   *
   * @param fd a descriptor that was opened just now: the lowest number that was free
   */
  public static void prepareForMore(int fd) {
    if (fd >= MANY_FILES) {
      prepareForMore();
    }
  }

  /**
   * Preloads the classes of all functions and what explains their failures, on the first call.
   * Functions are loaded, not linked, which would take milliseconds. If no descriptor is free,
   * nothing is tried, because the JVM never again tries to load a class that it has failed to load.
   */
  public static void prepareForMore() {
    if (!knowsMore && Proc.canOpen()) {
      knowsMore = true;
      try {
        FunctionClasses.prepare();
        AdviceErrors.prepare();
      } catch (LinkageError | RuntimeException e) {
        // Resources have run out meanwhile; the requested operation may still succeed.
      }
    }
  }

  /** Preloads what else is needed to report that {@code vm.max_map_count} is reached. */
  public static void prepareForLimits() {
    FileCalls.loadFstat();
  }

  /** Uses the classes, so that they are not only loaded but linked and initialized. */
  private static void loadClasses() {
    Failure failure = Failure.of("mmap", -Errno.ENOMEM.number());
    failure.range(MemorySegment.NULL).flags(EnumSet.noneOf(MapFlag.class)).arg(Protection.NONE);
    failure.because(MemoryErrors.munmap(Errno.EPERM)).exception();
    HugePages.ofFile(-1);
    ResourceLimits.prepare();
  }
}
