package io.mman.internal.error;

import io.mman.Errno;
import io.mman.MapFlag;
import io.mman.Protection;
import io.mman.internal.libc.FileCalls;
import io.mman.internal.libc.KernelCalls;
import io.mman.internal.libc.MemoryCalls;
import io.mman.internal.libc.NameCalls;
import io.mman.internal.libc.ProcessCalls;
import io.mman.internal.libc.TransferCalls;
import io.mman.internal.platform.Fcntl;
import io.mman.internal.platform.Ioctl;
import io.mman.internal.platform.Kernel;
import io.mman.internal.platform.LockType;
import io.mman.internal.platform.OpenFlags;
import io.mman.internal.proc.Proc;
import java.lang.foreign.MemorySegment;
import java.net.URL;
import java.security.CodeSource;
import java.util.EnumSet;

/**
 * Preloads the classes needed to report a failure, before resources run out. Without a free
 * descriptor the JVM cannot read a class from a folder, and without a free map area it aborts when
 * a new class needs metaspace. This costs about as much as reporting one failure. A program whose
 * classes are in a jar or in an image pays that only when it comes near the limit of areas.
 */
public final class ErrorPreload {
  /** Whether the JVM reads the classes of the library from a folder. */
  public static final boolean IN_FOLDER = isInFolder();

  /** A process with this many open files may later reach the limit of descriptors. */
  public static final int MANY_FILES = IN_FOLDER ? 16 : Integer.MAX_VALUE;

  /** A process with so many regions may later reach the limit of descriptors, or that of areas. */
  public static final int MANY_REGIONS = IN_FOLDER ? 16 : MapCountReserve.CALLS_BEFORE_PRELOAD;

  // Two threads may both find these false and preload twice, which does no harm.
  private static boolean knowsMemory;
  private static boolean knowsFiles;
  private static boolean knowsMore;

  private ErrorPreload() {}

  /** Preloads the classes needed to report a failure of a call on memory, on the first call. */
  static void prepare() {
    if (!knowsMemory) {
      knowsMemory = true;
      try {
        loadClasses();
      } catch (LinkageError | RuntimeException e) {
        // Resources have run out already; the requested operation may still succeed.
      }
    }
  }

  /**
   * Preloads the classes needed to report a failure of a call on memory, if each takes a
   * descriptor. Is to be called before the first call that maps memory.
   */
  static void prepareInFolder() {
    if (IN_FOLDER) {
      prepare();
    }
  }

  /** Preloads, on the first call, the classes needed to report that no descriptor is free. */
  public static void prepareForFiles() {
    if (!knowsFiles) {
      knowsFiles = true;
      if (IN_FOLDER) {
        loadForFiles();
      }
    }
  }

  private static void loadForFiles() {
    prepare();
    try {
      FileErrors.open(Errno.EISDIR);
      ResourceLimits.prepareForFiles();
    } catch (LinkageError | RuntimeException e) {
      // Resources have run out already; the requested operation may still succeed.
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
   * Preloads the classes of all functions and what explains their failures, on the first call. If
   * no descriptor is free, nothing is tried, because the JVM never again tries to load a class that
   * it has failed to load.
   */
  public static void prepareForMore() {
    if (!knowsMore && Proc.canOpen()) {
      knowsMore = true;
      try {
        initialize(FileCalls.class, KernelCalls.class, ProcessCalls.class);
        initialize(TransferCalls.class, NameCalls.class);
        MemoryCalls.loadShapes();
        initialize(Fcntl.class, Ioctl.class, Kernel.class, LockType.class, OpenFlags.class);
        AdviceErrors.prepare();
      } catch (LinkageError | RuntimeException e) {
        // Resources have run out meanwhile; the requested operation may still succeed.
      }
    }
  }

  /** Preloads what else is needed to report that {@code vm.max_map_count} is reached. */
  public static void prepareForLimits() {
    FileCalls.linkFstat();
  }

  /** The location of a folder ends in a slash. Images and class loaders of others may have none. */
  private static boolean isInFolder() {
    CodeSource source = ErrorPreload.class.getProtectionDomain().getCodeSource();
    URL location = source == null ? null : source.getLocation();
    return location != null
        && location.getProtocol().equals("file")
        && location.getPath().endsWith("/");
  }

  /** Loads and initializes classes. */
  public static void initialize(Class<?>... needed) {
    try {
      for (Class<?> each : needed) {
        Class.forName(each.getName(), true, each.getClassLoader());
      }
    } catch (ClassNotFoundException e) {
      throw new LinkageError("a class that is loaded cannot be found", e);
    }
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
