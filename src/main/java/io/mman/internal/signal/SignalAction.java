package io.mman.internal.signal;

import io.mman.internal.libc.SignalCalls;

/**
 * The kernel's {@code struct sigaction} on x86_64 and aarch64: handler, flags, restorer and mask of
 * eight bytes each.
 *
 * @param restorer the address of the code that returns from the signal; only with SA_RESTORER
 * @param mask the signals that are blocked while the handler runs
 */
record SignalAction(long handler, long flags, long restorer, long mask) {
  private static final int SIGBUS = 7;
  private static final int WORDS = 4;

  private static final long SA_SIGINFO = 4;
  private static final long SA_RESTORER = 0x0400_0000L;
  private static final long SA_ONSTACK = 0x0800_0000L;
  private static final long SA_RESTART = 0x1000_0000L;
  private static final long SA_RESETHAND = 0x8000_0000L;

  /** Returns the action of SIGBUS that is in force. */
  static SignalAction current() {
    long[] action = new long[WORDS];
    require(SignalCalls.sigaction(SIGBUS, null, action));
    return of(action);
  }

  /** Puts this action in force and returns the previous one. */
  SignalAction install() {
    long[] previous = new long[WORDS];
    require(SignalCalls.sigaction(SIGBUS, new long[] {handler, flags, restorer, mask}, previous));
    return of(previous);
  }

  /**
   * Returns the action of a handler in front of this one. It has the same mask and flags, so that
   * this handler runs as it expects. Only SA_RESETHAND is removed, because it would remove the
   * handler in front; a handler that asked to be called once may therefore be called more often.
   */
  SignalAction inFront(CodePage code) {
    boolean isHandler = handler > 1; // neither SIG_DFL nor SIG_IGN
    long kept = isHandler ? flags & ~(SA_RESETHAND | SA_RESTORER) : SA_RESTART | SA_ONSTACK;
    boolean needsRestorer = HandlerCode.needsRestorer();
    return new SignalAction(
        code.handler(),
        kept | SA_SIGINFO | (needsRestorer ? SA_RESTORER : 0),
        needsRestorer ? code.restorer() : 0,
        isHandler ? mask : 0);
  }

  private static SignalAction of(long[] words) {
    return new SignalAction(words[0], words[1], words[2], words[3]);
  }

  /** The kernel refuses nothing here, but a seccomp filter or a virtual machine might. */
  private static void require(int result) {
    if (result < 0) {
      throw new UnsupportedOperationException(
          "the system denies handlers of SIGBUS (rt_sigaction: errno " + -result + ")");
    }
  }
}
