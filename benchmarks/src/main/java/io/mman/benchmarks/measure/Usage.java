package io.mman.benchmarks.measure;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** The counts of getrusage(2) so far, with the processor time in nanoseconds. */
public record Usage(long minorFaults, long majorFaults, long cpuNanos) {
  private static final int SELF = 0;
  private static final int CHILDREN = -1;
  // struct rusage starts with two timevals and four sizes, followed by the page faults.
  private static final int MINOR_FAULTS = 64;
  private static final int MAJOR_FAULTS = 72;
  private static final int BYTES = 144;

  private static final MethodHandle GETRUSAGE =
      Linker.nativeLinker()
          .downcallHandle(
              Linker.nativeLinker().defaultLookup().find("getrusage").orElseThrow(),
              FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS));

  private static final ThreadLocal<MemorySegment> BUFFER =
      ThreadLocal.withInitial(() -> Arena.global().allocate(BYTES, 8));

  /** Returns the usage of all threads of this process. */
  public static Usage now() {
    return get(SELF);
  }

  /** Returns the usage of all children that have ended and been waited for. */
  public static Usage ofChildren() {
    return get(CHILDREN);
  }

  /** Returns the usage since an earlier moment. */
  public Usage since(Usage earlier) {
    return new Usage(
        minorFaults - earlier.minorFaults,
        majorFaults - earlier.majorFaults,
        cpuNanos - earlier.cpuNanos);
  }

  private static Usage get(int who) {
    MemorySegment buffer = BUFFER.get();
    try {
      int result = (int) GETRUSAGE.invokeExact(who, buffer);
      if (result != 0) {
        throw new IllegalStateException("getrusage failed");
      }
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable t) {
      throw new IllegalStateException(t);
    }
    return new Usage(
        buffer.get(JAVA_LONG, MINOR_FAULTS),
        buffer.get(JAVA_LONG, MAJOR_FAULTS),
        nanos(buffer, 0) + nanos(buffer, 16));
  }

  private static long nanos(MemorySegment buffer, long timeval) {
    return buffer.get(JAVA_LONG, timeval) * 1_000_000_000
        + buffer.get(JAVA_LONG, timeval + 8) * 1_000;
  }
}
