package io.mman.testing;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/**
 * The heap memory that the running thread has allocated. It is queried by reflection, because
 * module {@code io.mman} does not read {@code java.management}.
 */
public final class Allocations {
  private static final MethodHandle BYTES = find();

  private Allocations() {}

  /** Returns how many bytes this thread has allocated since it started. */
  public static long bytes() {
    try {
      return (long) BYTES.invokeExact();
    } catch (Throwable t) {
      throw new AssertionError(t);
    }
  }

  private static MethodHandle find() {
    try {
      Class<?> type = Class.forName("com.sun.management.ThreadMXBean");
      Object bean =
          Class.forName("java.lang.management.ManagementFactory")
              .getMethod("getThreadMXBean")
              .invoke(null);
      return MethodHandles.publicLookup()
          .findVirtual(type, "getCurrentThreadAllocatedBytes", MethodType.methodType(long.class))
          .asType(MethodType.methodType(long.class, Object.class))
          .bindTo(bean);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("no count of allocated bytes", e);
    }
  }
}
