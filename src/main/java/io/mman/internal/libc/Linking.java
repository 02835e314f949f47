package io.mman.internal.libc;

import io.mman.internal.platform.Platform;
import io.mman.internal.platform.Symbols;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Links C functions. Each is linked when its holder class is first used, so that a program pays
 * only for the functions that it calls, and a function that the system lacks affects only its
 * callers.
 */
final class Linking {
  /**
   * Why the JDK denies native access, or null if it grants it. This is determined once, and before
   * any holder class is initialized, where the exception would become an {@code
   * ExceptionInInitializerError}.
   */
  private static final @Nullable String DENIED = denial();

  private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");

  /** Stands for the index of the first variadic argument of a function that has none. */
  static final int FIXED = -1;

  /** For tests of what is linked, and with which shapes. */
  static volatile @Nullable LinkListener listener;

  /** Is called before a function is linked, whether or not the system has it. */
  interface LinkListener {
    void linking(String name, FunctionDescriptor shape, int firstVariadic);
  }

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
   * Links a function and captures its errno. If the system lacks the function, the handle throws
   * {@link UnsupportedOperationException}.
   */
  static MethodHandle link(String name, FunctionDescriptor shape) {
    return link(name, shape, FIXED, ERRNO);
  }

  /** Links a function as {@link #link} does, one that is variadic from an argument on. */
  static MethodHandle linkVariadic(String name, FunctionDescriptor shape, int firstVariadic) {
    Linker.Option variadic = Linker.Option.firstVariadicArg(firstVariadic);
    return link(name, shape, firstVariadic, variadic, ERRNO);
  }

  private static MethodHandle link(
      String name, FunctionDescriptor shape, int firstVariadic, Linker.Option... options) {
    LinkListener current = listener;
    if (current != null) {
      current.linking(name, shape, firstVariadic);
    }
    Optional<MemorySegment> function = find(name);
    return function.isPresent()
        ? Linker.nativeLinker().downcallHandle(function.get(), shape, options)
        : missing(name, shape);
  }

  /**
   * Links machine code at an address that is the first argument of the handle. It has no name for
   * the listener, so that a function of the same shape must be linked too.
   */
  static MethodHandle linkCode(FunctionDescriptor shape) {
    return Linker.nativeLinker().downcallHandle(shape, ERRNO);
  }

  /** Returns whether the C library has a function. */
  static boolean has(String name) {
    return find(name).isPresent();
  }

  private static Optional<MemorySegment> find(String name) {
    Platform platform = Platform.current();
    String symbol = platform == Platform.NETBSD ? Symbols.of(name, platform) : name;
    if (platform == Platform.UNKNOWN || symbol == null) {
      return Optional.empty();
    }
    Optional<MemorySegment> function = Linker.nativeLinker().defaultLookup().find(symbol);
    // NetBSD, and glibc before 2.34, have shm_open and shm_unlink in a separate library.
    return function.isPresent() || !name.startsWith("shm_") ? function : findInLibrt(name);
  }

  private static Optional<MemorySegment> findInLibrt(String name) {
    try {
      return SymbolLookup.libraryLookup("librt.so.1", Arena.global()).find(name);
    } catch (IllegalArgumentException noSuchLibrary) {
      return Optional.empty();
    }
  }

  /** Returns a handle of the same type as for the linked function, which throws when called. */
  private static MethodHandle missing(String name, FunctionDescriptor shape) {
    try {
      MethodHandle thrower =
          MethodHandles.lookup()
              .findStatic(
                  Linking.class, "throwMissing", MethodType.methodType(Object.class, String.class))
              .bindTo(name);
      MethodType type = shape.toMethodType().insertParameterTypes(0, MemorySegment.class);
      return MethodHandles.dropArguments(
          thrower.asType(thrower.type().changeReturnType(type.returnType())),
          0,
          type.parameterList());
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(name, e);
    }
  }

  @SuppressWarnings("UnusedMethod") // found by its name
  private static Object throwMissing(String name) {
    throw Platform.lacks(name);
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
   * Returns the exception for what a call threw because of a closed arena, a wrong thread, a heap
   * segment or a missing function.
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
