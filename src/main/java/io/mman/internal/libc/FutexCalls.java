package io.mman.internal.libc;

import io.mman.internal.platform.Kernel;
import io.mman.internal.platform.Platform;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/**
 * Waiting for a word of memory that processes share: {@code futex(2)} of Linux, {@code
 * os_sync_wait_on_address} of macOS since 14.4, and {@code _umtx_op(2)} of FreeBSD. The forms used
 * are those for memory that processes share. They also work for memory that only threads share.
 */
public final class FutexCalls {
  // int os_sync_wait_on_address_with_timeout(void *addr, uint64_t value, size_t size,
  //                                          uint32_t flags, uint32_t clock, uint64_t timeout_ns);
  private static final CFunction WAIT_ON_ADDRESS =
      new CFunction("os_sync_wait_on_address_with_timeout");
  // int os_sync_wake_by_address_any(void *addr, size_t size, uint32_t flags);
  private static final CFunction WAKE_ANY = new CFunction("os_sync_wake_by_address_any");
  // int _umtx_op(void *obj, int op, u_long val, void *uaddr, void *uaddr2);
  private static final CFunction UMTX_OP = new CFunction("_umtx_op");

  private static final int FUTEX_WAIT = 0;
  private static final int FUTEX_WAKE = 1;

  private static final int OS_SYNC_SHARED = 1;
  private static final int OS_CLOCK_MACH_ABSOLUTE_TIME = 32;

  private static final int UMTX_OP_WAKE = 3;
  private static final int UMTX_OP_WAIT_UINT = 11;

  private static final int TIMESPEC_BYTES = 16;
  private static final long NANOS_PER_SECOND = 1_000_000_000;

  private FutexCalls() {}

  /** Returns whether the running system has one of the calls. */
  public static boolean isSupported() {
    return switch (Platform.current()) {
      case MACOS -> WAIT_ON_ADDRESS.exists();
      case FREEBSD -> UMTX_OP.exists();
      default -> Kernel.FUTEX.isHere();
    };
  }

  /** Returns the name of the call, for messages. */
  public static String name() {
    return switch (Platform.current()) {
      case MACOS -> "os_sync_wait_on_address";
      case FREEBSD -> UMTX_OP.toString();
      default -> "futex";
    };
  }

  /**
   * Sleeps while a word has a value, until it is woken. The call reads the word once, at its
   * beginning, and the kernel reports memory that it cannot read as EFAULT. The memory may
   * therefore be unmapped at any time.
   *
   * @param word the address, a multiple of 4
   * @param nanos the longest time to sleep
   * @return a number that is not negative if the thread was woken; or the negative errno: EAGAIN if
   *     the word has another value (on Linux; 0 elsewhere), ETIMEDOUT, EINTR or EFAULT
   */
  public static int sleep(long word, int expected, long nanos) {
    return switch (Platform.current()) {
      case MACOS -> {
        long value = Integer.toUnsignedLong(expected);
        // A time of 0 is invalid.
        long time = Math.max(1, nanos);
        MemorySegment none = MemorySegment.NULL;
        yield WAIT_ON_ADDRESS.call(
            word, value, Integer.BYTES, OS_SYNC_SHARED, OS_CLOCK_MACH_ABSOLUTE_TIME, time, none);
      }
      case FREEBSD -> {
        long time = timespec(nanos);
        long value = Integer.toUnsignedLong(expected);
        yield UMTX_OP.call(word, UMTX_OP_WAIT_UINT, value, TIMESPEC_BYTES, time);
      }
      // long syscall(SYS_futex, uint32_t *uaddr, int op, uint32_t val, struct timespec *timeout);
      default ->
          KernelCalls.SYSCALL.call(
              Kernel.FUTEX.number(), word, FUTEX_WAIT, expected, timespec(nanos));
    };
  }

  /** Stores a time in the scratch memory of the thread, and returns its address. */
  private static long timespec(long nanos) {
    Scratch scratch = Scratch.get();
    ByteBuffer structure = scratch.structure();
    structure.putLong(0, nanos / NANOS_PER_SECOND);
    structure.putLong(Long.BYTES, nanos % NANOS_PER_SECOND);
    return scratch.structureAddress();
  }

  /**
   * Wakes threads of all processes that sleep at a word.
   *
   * @param count the largest number of threads to wake
   * @return the number of threads woken, or the negative errno. FreeBSD does not report the number;
   *     it is {@code count} there
   */
  public static int wake(MemorySegment word, int count) {
    return switch (Platform.current()) {
      case MACOS -> wakeOneByOne(word, count);
      case FREEBSD -> {
        int result = UMTX_OP.call(word.address(), UMTX_OP_WAKE, count, 0, 0, 0, word);
        yield result < 0 ? result : count;
      }
      default -> {
        long number = Kernel.FUTEX.number();
        yield KernelCalls.SYSCALL.call(number, word.address(), FUTEX_WAKE, count, 0, 0, word);
      }
    };
  }

  /** Wakes threads until none is left, because only such a call says whether it woke one. */
  private static int wakeOneByOne(MemorySegment word, int count) {
    int woken = 0;
    while (woken < count && wakeAny(word) == 0) {
      woken++;
    }
    return woken;
  }

  private static int wakeAny(MemorySegment word) {
    return WAKE_ANY.call(word.address(), Integer.BYTES, OS_SYNC_SHARED, 0, 0, 0, word);
  }
}
