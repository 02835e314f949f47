package io.mman.benchmarks.contests;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;

/** Frees direct buffers immediately, so that no measurement depends on the garbage collector. */
final class Freed {
  private static final MethodHandle CLEAN = cleaner();

  private Freed() {}

  static void free(ByteBuffer buffer) throws Throwable {
    CLEAN.invokeExact(buffer);
  }

  private static MethodHandle cleaner() {
    try {
      Class<?> unsafe = Class.forName("sun.misc.Unsafe");
      Field instance = unsafe.getDeclaredField("theUnsafe");
      instance.setAccessible(true);
      return MethodHandles.lookup()
          .findVirtual(unsafe, "invokeCleaner", MethodType.methodType(void.class, ByteBuffer.class))
          .bindTo(instance.get(null));
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("no invokeCleaner", e);
    }
  }
}
