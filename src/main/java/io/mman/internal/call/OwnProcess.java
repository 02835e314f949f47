package io.mman.internal.call;

import io.mman.Advice;
import io.mman.Errno;
import io.mman.internal.libc.FileCalls;
import io.mman.internal.libc.KernelCalls;
import io.mman.internal.platform.Kernel;
import java.lang.foreign.MemorySegment;

/**
 * Names this process to process_madvise(2), and knows which advice the call takes. Kernels before
 * 6.13 take few advice, and only with CAP_SYS_NICE; seccomp filters may refuse the call.
 *
 * <p>Older kernels need a descriptor. It is opened when it is needed and closed with this object: a
 * descriptor that is kept would still mean the old process after a fork or a restored checkpoint.
 */
final class OwnProcess implements AutoCloseable {
  private static final int NONE = -1;

  private static final byte UNKNOWN = 0;
  private static final byte BY_NUMBER = 1;
  private static final byte BY_DESCRIPTOR = 2;
  private static final byte REFUSED = 3;

  /** More than the highest number of advice. */
  private static final int NUMBERS = 128;

  /** What is known of each advice. Two threads may both find it out, which does no harm. */
  private static final byte[] WAYS = new byte[NUMBERS];

  private int descriptor = NONE;

  /** Returns whether the call takes the advice, and whether {@link #descriptor} is valid. */
  boolean accepts(Advice advice) {
    if (!Kernel.PROCESS_MADVISE.isHere()) {
      return false;
    }
    byte way = WAYS[advice.number()];
    if (way == UNKNOWN) {
      way = find(advice);
      WAYS[advice.number()] = way;
    }
    return way == BY_NUMBER || (way == BY_DESCRIPTOR && open());
  }

  /** Tries it with no range at all, for which the call fails only if it is refused as such. */
  private byte find(Advice advice) {
    byte way = BY_NUMBER;
    long result = tryOut(KernelCalls.SELF, advice);
    if (result == -Errno.EBADF.number() && open()) {
      way = BY_DESCRIPTOR;
      result = tryOut(descriptor, advice);
    }
    if (result == 0) {
      return way;
    }
    Errno errno = Errno.of((int) -result);
    // Anything else may pass: perhaps no descriptor is free.
    return ProcessVmCopy.isRefusal(errno) || errno == Errno.EINVAL ? REFUSED : UNKNOWN;
  }

  private static long tryOut(int self, Advice advice) {
    MemorySegment none = MemorySegment.NULL;
    return KernelCalls.processMadvise(self, none, 0, advice.number(), none);
  }

  private boolean open() {
    if (descriptor < 0) {
      descriptor = KernelCalls.openSelf();
    }
    return descriptor >= 0;
  }

  /** Returns what names this process to the call. */
  int descriptor() {
    return descriptor >= 0 ? descriptor : KernelCalls.SELF;
  }

  /** Forgets what is known of an advice if an error may mean that the call is refused now. */
  void noteError(Advice advice, long result) {
    Errno errno = Errno.of((int) -result);
    if (ProcessVmCopy.isRefusal(errno) || errno == Errno.EBADF) {
      WAYS[advice.number()] = UNKNOWN;
    }
  }

  @Override
  public void close() {
    if (descriptor >= 0) {
      FileCalls.close(descriptor);
      descriptor = NONE;
    }
  }
}
