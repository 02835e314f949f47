package io.mman.internal.signal;

import io.mman.internal.libc.ProcessCalls;
import io.mman.internal.platform.Platform;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Installs the handler of SIGBUS on its first use, and again whenever another library has installed
 * one since. Each installation has its own copy of the code and its own previous handler. If the
 * handler of the other library calls an earlier copy, that copy passes the signal to the handler
 * that it has replaced itself, so the handlers cannot call each other in a circle. No handler is
 * ever removed.
 */
public final class BusHandler {
  /** The ranges of this process, in memory that is mapped on first use. */
  private static final class Ranges {
    static final RangeTable TABLE = new RangeTable();
  }

  /** The value {@code deny} of this system property disables everything here. */
  private static final String PROPERTY = "io.mman.busErrors";

  // All are guarded by the lock of the class.
  private static @Nullable CodePage next;
  private static @Nullable CodePage latest;
  private static final List<Long> handlers = new ArrayList<>();

  private BusHandler() {}

  static RangeTable table() {
    ProcessCalls.pageSize(); // throws the right exception where native access is denied
    return Ranges.TABLE;
  }

  /** Returns whether bus errors can be survived. This installs nothing. */
  public static boolean isSupported() {
    try {
      require();
      return true;
    } catch (UnsupportedOperationException e) {
      return false;
    }
  }

  /**
   * Checks whether bus errors can be survived. This installs nothing.
   *
   * @throws UnsupportedOperationException if they cannot, with the reason
   */
  public static synchronized void require() {
    if (next == null && latest == null) {
      next = newCode();
    }
  }

  private static CodePage newCode() {
    byte[] code = HandlerCode.bytes();
    if (code == null) {
      throw new UnsupportedOperationException(
          "surviving bus errors is not available on "
              + Platform.describe()
              + ", only on Linux on x86_64 and aarch64");
    }
    if ("deny".equals(System.getProperty(PROPERTY))) {
      throw new UnsupportedOperationException(
          "surviving bus errors is denied by -D" + PROPERTY + "=deny");
    }
    return CodePage.create(code, table());
  }

  /**
   * Makes sure that a bus error first reaches a handler of this class.
   *
   * @throws UnsupportedOperationException if that is impossible, with the reason
   */
  public static synchronized void ensureInstalled() {
    require();
    SignalAction current = SignalAction.current();
    if (!HandlerChain.leadsTo(handlers, current.handler())) {
      install(current);
    }
  }

  private static void install(SignalAction current) {
    CodePage code = next != null ? next : newCode();
    next = null;
    code.passTo(current.handler());
    SignalAction wanted = current.inFront(code);
    handlers.add(code.handler());
    latest = code;
    SignalAction replaced = wanted.install();
    code.passTo(replaced.handler()); // differs from current if other code installed one meanwhile
    HandlerChain.add(code.handler(), replaced.handler());
    SignalAction inForce = SignalAction.current();
    if (inForce.handler() != wanted.handler()) {
      throw new UnsupportedOperationException(
          "the handler of SIGBUS did not come into force: something keeps another one there");
    }
  }

  /** Returns the machine code that maps a file over lost pages. */
  static synchronized MemorySegment restoreCode() {
    require();
    CodePage code = latest != null ? latest : next;
    return MemorySegment.ofAddress(code == null ? 0 : code.restore());
  }
}
