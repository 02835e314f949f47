package io.mman.internal.libc;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.mman.internal.platform.Platform;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A function of the C library, which is looked up when it is first called. A function that the
 * system lacks therefore affects only its callers.
 *
 * <p>All functions are called with one shape, by one method handle, because each further shape
 * takes some ten milliseconds to link: six integers, of which a function ignores those that it does
 * not have. The calling conventions of all 64-bit systems allow that, and a sign-extended {@code
 * long} is right for an {@code int} parameter. A segment follows, which no function reads. The
 * linker checks that its arena is open, and keeps it open until the call returns; no call can
 * therefore reach memory that has been unmapped and reused. The few calls on two segments have a
 * second shape, because every call would take some ten nanoseconds longer with two.
 */
final class CFunction {
  static final FunctionDescriptor SHAPE =
      FunctionDescriptor.of(
          JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS);

  static final FunctionDescriptor SHAPE_OF_TWO = SHAPE.appendArgumentLayouts(ADDRESS);

  /** Stands for the index of the first variadic argument of a function that has none. */
  static final int FIXED = -1;

  /** The highest index of a first variadic argument, that of mremap(2). */
  private static final int MAX_FIRST_VARIADIC = 4;

  /**
   * Whether the platform passes variadic arguments in another way than others: on the stack on
   * macOS for aarch64, and with memory for all of them on ppc64.
   */
  private static final boolean DISTINGUISHES_VARIADIC =
      Platform.current() == Platform.MACOS || Platform.current() == Platform.LINUX_POWER;

  private final String name;
  private final int firstVariadic;

  /** Whether the function needs another handle, because of its variadic arguments. */
  private final boolean isSpecial;

  /** Whether a call may wait for a medium, so that a virtual thread has it made elsewhere. */
  private final boolean isBlocking;

  /** Null until the first call. Two threads may both look it up, which does no harm. */
  private @Nullable MemorySegment address;

  /** Linked at the first call, when it is known that native access is not denied. */
  private static final class Downcall {
    static final MethodHandle HOLDING_ONE = Linking.link(SHAPE, FIXED);
  }

  private static final class DowncallOfTwo {
    static final MethodHandle HOLDING_TWO = Linking.link(SHAPE_OF_TWO, FIXED);
  }

  /** Used only where variadic arguments are passed in another way than others. */
  private static final class VariadicDowncalls {
    static final @Nullable MethodHandle[] HOLDING_ONE = new MethodHandle[MAX_FIRST_VARIADIC + 1];
    static final @Nullable MethodHandle[] HOLDING_TWO = new MethodHandle[MAX_FIRST_VARIADIC + 1];
  }

  CFunction(String name) {
    this(name, FIXED);
  }

  /**
   * Creates a function that may have variadic arguments.
   *
   * @param firstVariadic the index of the first one, or {@link #FIXED}
   */
  CFunction(String name, int firstVariadic) {
    this(name, firstVariadic, false);
  }

  private CFunction(String name, int firstVariadic, boolean isBlocking) {
    this.name = name;
    this.firstVariadic = firstVariadic;
    this.isSpecial = firstVariadic != FIXED && DISTINGUISHES_VARIADIC;
    this.isBlocking = isBlocking;
  }

  /**
   * Returns a function whose calls may wait for a medium. When a virtual thread calls it, a
   * platform thread makes the call, so that the carrier can run other virtual threads.
   */
  static CFunction blocking(String name) {
    return blocking(name, FIXED);
  }

  /** Returns a function as {@link #blocking(String)} does, which may have variadic arguments. */
  static CFunction blocking(String name, int firstVariadic) {
    return new CFunction(name, firstVariadic, true);
  }

  /** Returns whether the C library has the function. */
  boolean exists() {
    return address != null || Linking.find(name) != null;
  }

  /** Makes the first call possible when no descriptor or no map area is free. */
  void link() {
    Linking.requireAccess();
    address();
    Objects.requireNonNull(isSpecial ? variadicHandle() : Downcall.HOLDING_ONE);
  }

  /**
   * Calls the function.
   *
   * @param held the segment whose address is among the arguments, or NULL
   * @return what the function returns, of which only the low half counts if it returns an int
   * @throws UnsupportedOperationException if the system lacks the function
   */
  private long call(
      MemorySegment scratch, long a, long b, long c, long d, long e, long f, MemorySegment held) {
    return isBlocking && Thread.currentThread().isVirtual()
        ? callElsewhere(scratch, new long[] {a, b, c, d, e, f}, held, MemorySegment.NULL)
        : callHere(scratch, a, b, c, d, e, f, held);
  }

  private long callElsewhere(
      MemorySegment scratch, long[] arguments, MemorySegment held, MemorySegment alsoHeld) {
    OffloadedCall call;
    try {
      call = new OffloadedCall(this, scratch, arguments, held, alsoHeld);
    } catch (LinkageError e) { // no descriptor is free to read the class
      return callHere(scratch, arguments, held, alsoHeld);
    }
    return call.make();
  }

  /** Makes the call on the current thread. */
  long callHere(
      MemorySegment scratch, long[] arguments, MemorySegment held, MemorySegment alsoHeld) {
    long a = arguments[0];
    long b = arguments[1];
    long c = arguments[2];
    long d = arguments[3];
    long e = arguments[4];
    long f = arguments[5];
    return alsoHeld.equals(MemorySegment.NULL)
        ? callHere(scratch, a, b, c, d, e, f, held)
        : callHere(scratch, a, b, c, d, e, f, held, alsoHeld);
  }

  private long callHere(
      MemorySegment scratch, long a, long b, long c, long d, long e, long f, MemorySegment held) {
    if (isSpecial) {
      return callSpecially(scratch, a, b, c, d, e, f, held);
    }
    MemorySegment function = address();
    try {
      return (long) Downcall.HOLDING_ONE.invokeExact(function, scratch, a, b, c, d, e, f, held);
    } catch (Throwable t) {
      throw Linking.unexpected(t);
    }
  }

  private long callSpecially(
      MemorySegment scratch, long a, long b, long c, long d, long e, long f, MemorySegment held) {
    MemorySegment function = address();
    try {
      return (long) variadicHandle().invokeExact(function, scratch, a, b, c, d, e, f, held);
    } catch (Throwable t) {
      throw Linking.unexpected(t);
    }
  }

  private long callHere(
      MemorySegment scratch,
      long a,
      long b,
      long c,
      long d,
      long e,
      long f,
      MemorySegment held,
      MemorySegment alsoHeld) {
    MemorySegment function = address();
    try {
      return isSpecial
          ? (long)
              variadicHandle(VariadicDowncalls.HOLDING_TWO, SHAPE_OF_TWO)
                  .invokeExact(function, scratch, a, b, c, d, e, f, held, alsoHeld)
          : (long)
              DowncallOfTwo.HOLDING_TWO.invokeExact(
                  function, scratch, a, b, c, d, e, f, held, alsoHeld);
    } catch (Throwable t) {
      throw Linking.unexpected(t);
    }
  }

  /** Returns the result of a function that returns a long, or the negative errno if it is -1. */
  long callForLong(long a, long b, long c, long d, long e, long f, MemorySegment held) {
    Scratch scratch = Scratch.get();
    long result = call(scratch.memory(), a, b, c, d, e, f, held);
    return result == -1 ? -scratch.errno() : result;
  }

  /** Returns the same of a function whose arguments include the addresses of two segments. */
  long callForLong(
      long a, long b, long c, long d, long e, long f, MemorySegment held, MemorySegment alsoHeld) {
    Scratch scratch = Scratch.get();
    long result = call(scratch.memory(), a, b, c, d, e, f, held, alsoHeld);
    return result == -1 ? -scratch.errno() : result;
  }

  /** Returns the result of a function that returns an int, with the addresses of two segments. */
  int call(long a, long b, long c, MemorySegment held, MemorySegment alsoHeld) {
    Scratch scratch = Scratch.get();
    int result = (int) call(scratch.memory(), a, b, c, 0, 0, 0, held, alsoHeld);
    return result == -1 ? -scratch.errno() : result;
  }

  private long call(
      MemorySegment scratch,
      long a,
      long b,
      long c,
      long d,
      long e,
      long f,
      MemorySegment held,
      MemorySegment alsoHeld) {
    return isBlocking && Thread.currentThread().isVirtual()
        ? callElsewhere(scratch, new long[] {a, b, c, d, e, f}, held, alsoHeld)
        : callHere(scratch, a, b, c, d, e, f, held, alsoHeld);
  }

  /** Returns the result of a function that returns an int, or the negative errno if it is -1. */
  int call(long a, long b, long c, long d, long e, long f, MemorySegment held) {
    Scratch scratch = Scratch.get();
    int result = (int) call(scratch.memory(), a, b, c, d, e, f, held);
    return result == -1 ? -scratch.errno() : result;
  }

  /** Calls a function whose arguments are a range of memory and a number. */
  int callOn(MemorySegment range, long argument) {
    return call(range.address(), range.byteSize(), argument, 0, 0, 0, range);
  }

  /** Calls a function whose arguments are numbers, or addresses of the thread's scratch memory. */
  int call(long a, long b, long c, long d, long e) {
    return call(a, b, c, d, e, 0, MemorySegment.NULL);
  }

  /** Calls a function on numbers, again if a signal interrupts it (EINTR). */
  int callAgain(long a, long b, long c, long d) {
    int result;
    do {
      result = call(a, b, c, d, 0);
    } while (result == Scratch.INTERRUPTED);
    return result;
  }

  /** Calls a function on a name and numbers, again if a signal interrupts it (EINTR). */
  int callAgain(MemorySegment name, long b, long c) {
    int result;
    do {
      result = call(name.address(), b, c, 0, 0, 0, name);
    } while (result == Scratch.INTERRUPTED);
    return result;
  }

  /**
   * Calls a function that returns its error instead of setting errno, again if a signal interrupts
   * it.
   *
   * @return 0, or the negative error
   */
  int callForError(long a, long b, long c, long d) {
    int result;
    do {
      MemorySegment scratch = Scratch.get().memory();
      result = -(int) call(scratch, a, b, c, d, 0, 0, MemorySegment.NULL);
    } while (result == Scratch.INTERRUPTED);
    return result;
  }

  /** Calls machine code that is no function of the C library, and returns the int that it does. */
  static int callCode(MemorySegment code, MemorySegment range) {
    MemorySegment scratch = Scratch.get().memory();
    long address = range.address();
    long bytes = range.byteSize();
    try {
      return (int)
          (long)
              Downcall.HOLDING_ONE.invokeExact(
                  code, scratch, address, bytes, 0L, 0L, 0L, 0L, range);
    } catch (Throwable t) {
      throw Linking.unexpected(t);
    }
  }

  private MemorySegment address() {
    MemorySegment known = address;
    return known != null ? known : find();
  }

  private MemorySegment find() {
    MemorySegment found = Linking.find(name);
    if (found == null) {
      throw Platform.lacks(name);
    }
    address = found;
    return found;
  }

  private MethodHandle variadicHandle() {
    return variadicHandle(VariadicDowncalls.HOLDING_ONE, SHAPE);
  }

  private MethodHandle variadicHandle(@Nullable MethodHandle[] handles, FunctionDescriptor shape) {
    MethodHandle handle = handles[firstVariadic];
    if (handle == null) {
      handle = Linking.link(shape, firstVariadic);
      handles[firstVariadic] = handle;
    }
    return handle;
  }

  /** Returns the index of the first variadic argument, or {@link #FIXED}. */
  int firstVariadic() {
    return firstVariadic;
  }

  /** Returns the name in C. */
  @Override
  public String toString() {
    return name;
  }
}
