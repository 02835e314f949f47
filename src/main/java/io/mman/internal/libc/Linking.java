package io.mman.internal.libc;

import io.mman.internal.platform.Platform;
import io.mman.internal.platform.Symbols;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.Nullable;

/** Finds C functions and links their shapes, if the JDK grants native access. */
final class Linking {
  /**
   * Why the JDK denies native access, or null if it grants it. This is determined once, and before
   * any other class is initialized that needs it, where the exception would become an {@code
   * ExceptionInInitializerError}.
   */
  private static final @Nullable String DENIED = denial();

  private Linking() {}

  /**
   * Does nothing if native access is enabled.
   *
   * @throws IllegalCallerException as the JDK does, with the option that enables it
   */
  static void requireAccess() {
    if (DENIED != null) {
      throw new IllegalCallerException(DENIED);
    }
  }

  /**
   * Links a shape and captures errno. The handle takes the address of the function first, and the
   * memory for errno second.
   *
   * @param firstVariadic the index of the first variadic argument, or {@link CFunction#FIXED}
   */
  static MethodHandle link(FunctionDescriptor shape, int firstVariadic) {
    Linker linker = Linker.nativeLinker();
    Linker.Option errno = Linker.Option.captureCallState("errno");
    return firstVariadic == CFunction.FIXED
        ? linker.downcallHandle(shape, errno)
        : linker.downcallHandle(shape, errno, Linker.Option.firstVariadicArg(firstVariadic));
  }

  /** Returns the address of a function, or null if the C library lacks it. */
  static @Nullable MemorySegment find(String name) {
    Platform platform = Platform.current();
    String symbol = platform == Platform.NETBSD ? Symbols.of(name, platform) : name;
    if (platform == Platform.UNKNOWN || symbol == null) {
      return null;
    }
    MemorySegment function = Linker.nativeLinker().defaultLookup().find(symbol).orElse(null);
    // NetBSD, and glibc before 2.34, have shm_open and shm_unlink in a separate library.
    return function != null || !name.startsWith("shm_") ? function : findInLibrt(name);
  }

  private static @Nullable MemorySegment findInLibrt(String name) {
    try {
      return SymbolLookup.libraryLookup("librt.so.1", Arena.global()).find(name).orElse(null);
    } catch (IllegalArgumentException noSuchLibrary) {
      return null;
    }
  }

  private static @Nullable String denial() {
    try {
      MemorySegment.NULL.reinterpret(0); // the cheapest of the methods that need native access
      return null;
    } catch (IllegalCallerException denied) {
      Module module = Linking.class.getModule();
      String remedy =
          module.isNamed()
              ? "--enable-native-access=" + module.getName() + " to the java command line"
              : "--enable-native-access=ALL-UNNAMED to the java command line, or"
                  + " Enable-Native-Access: ALL-UNNAMED to the manifest of an executable jar";
      return denied.getMessage() + ": add " + remedy;
    }
  }

  /**
   * Returns the exception for what a call threw because of a closed arena, a wrong thread or a heap
   * segment.
   */
  static RuntimeException unexpected(Throwable thrown) {
    if (thrown instanceof RuntimeException e) {
      return e;
    }
    if (thrown instanceof Error e) {
      throw e;
    }
    return new IllegalStateException(thrown);
  }
}
