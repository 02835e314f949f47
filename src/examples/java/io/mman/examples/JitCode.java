package io.mman.examples;

import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.Protection;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Machine code that is generated at run time: a function that adds two numbers and is called like a
 * C function. Its pages are never writable and executable at the same time: they are written first,
 * and protected afterwards. After {@link #close}, a call throws an exception instead of jumping to
 * unmapped memory.
 *
 * <p>Each function needs pages that have never been executable, because Linux synchronizes the
 * caches of the processor when pages become executable for the first time. The arguments are two
 * numbers.
 */
public final class JitCode implements AutoCloseable {
  // lea eax, [rdi + rsi]; ret
  private static final byte[] X86_64 = {(byte) 0x8d, 0x04, 0x37, (byte) 0xc3};

  // add w0, w0, w1; ret
  private static final byte[] AARCH64 = {
    0x00, 0x00, 0x01, 0x0b, (byte) 0xc0, 0x03, 0x5f, (byte) 0xd6
  };

  private static final FunctionDescriptor INT_INT_INT =
      FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);

  private final MappedRegion region;
  private final MethodHandle function;

  public static void main(String... arguments) {
    Usage.require(2, arguments, "JitCode NUMBER NUMBER");
    int a = Integer.parseInt(arguments[0]);
    int b = Integer.parseInt(arguments[1]);
    try (JitCode code = adder()) {
      System.out.println(a + " + " + b + " = " + code.call(a, b));
    } catch (UnsupportedOperationException e) {
      System.err.println(e.getMessage());
      System.exit(1);
    }
  }

  /** Creates a function that returns the sum of its arguments. */
  public static JitCode adder() {
    return new JitCode(adderFor(System.getProperty("os.name"), System.getProperty("os.arch")));
  }

  /** Returns the machine code of {@code int f(int a, int b) { return a + b; }}. */
  static byte[] adderFor(String system, String processor) {
    byte[] code =
        switch (processor) {
          case "amd64", "x86_64" -> X86_64;
          case "aarch64" -> AARCH64;
          default -> null;
        };
    if (code == null || !system.equals("Linux")) {
      throw new UnsupportedOperationException(
          "no machine code for %s on %s: there is some for amd64 and aarch64 on Linux"
              .formatted(processor, system));
    }
    return code.clone();
  }

  private JitCode(byte[] code) {
    region = Mapping.anonymous(code.length).mapShared();
    try {
      region.segment().copyFrom(MemorySegment.ofArray(code));
      // This revokes the earlier view, which permits writing.
      MemorySegment entry = region.protect(Protection.READ_EXEC);
      function = Linker.nativeLinker().downcallHandle(entry, INT_INT_INT);
    } catch (Throwable t) {
      region.close();
      throw t;
    }
  }

  /** Calls the function. */
  public int call(int a, int b) {
    try {
      return (int) function.invokeExact(a, b);
    } catch (RuntimeException | Error e) {
      throw e; // an IllegalStateException after close
    } catch (Throwable t) {
      throw new AssertionError(t); // a C function throws no exceptions
    }
  }

  /** Unmaps the code. If a call is running, this throws an exception instead of waiting. */
  @Override
  public void close() {
    region.close();
  }
}
