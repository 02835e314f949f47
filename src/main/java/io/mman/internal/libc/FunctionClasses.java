package io.mman.internal.libc;

import io.mman.internal.platform.Fcntl;
import io.mman.internal.platform.Ioctl;
import io.mman.internal.platform.Kernel;
import io.mman.internal.platform.LockType;
import io.mman.internal.platform.OpenFlags;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodHandles.Lookup;
import java.util.Objects;

/**
 * Loads the holder classes of all functions without linking the functions. Once no descriptor is
 * free, the JVM cannot load a class from a folder.
 */
public final class FunctionClasses {
  private FunctionClasses() {}

  /** Loads the classes. */
  public static void prepare() {
    initialize(FileCalls.class, KernelCalls.class, ProcessCalls.class);
    initialize(TransferCalls.class, NameCalls.class);
    initialize(Fcntl.class, Ioctl.class, Kernel.class, LockType.class, OpenFlags.class);
    loadNested(MemoryCalls.class, FileCalls.class, KernelCalls.class, ProcessCalls.class);
    loadNested(TransferCalls.class, NameCalls.class, Slices.class);
  }

  /** The reflection API loads all nested classes and initializes none. */
  private static void loadNested(Class<?>... holders) {
    for (Class<?> holder : holders) {
      for (Class<?> nested : holder.getDeclaredClasses()) {
        Objects.requireNonNull(nested);
      }
    }
  }

  private static void initialize(Class<?>... needed) {
    Lookup lookup = MethodHandles.lookup();
    try {
      for (Class<?> each : needed) {
        lookup.ensureInitialized(each);
      }
    } catch (IllegalAccessException e) {
      throw new LinkageError("a class is not accessible here", e);
    }
  }
}
