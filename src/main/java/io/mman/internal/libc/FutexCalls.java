package io.mman.internal.libc;

import io.mman.internal.platform.Kernel;
import io.mman.internal.platform.Platform;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/**
 * The calls to wait on a word of shared memory: {@code futex(2)} on Linux, {@code
 * os_sync_wait_on_address} on macOS 14.4 or later, and {@code _umtx_op(2)} on FreeBSD. Their
 * variants for memory that processes share are used; these also work for memory that only threads
 * share.
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
   * Sleeps until the thread is woken, if a word has the expected value. The call reads the word
   * only at its beginning, and the kernel reports memory that it cannot read as EFAULT. The memory
   * may therefore be unmapped at any time.
   *
   * @param word the address of the word, a multiple of 4
   * @param nanos the maximum time to sleep in nanoseconds; not negative
   * @return 0 or a positive number if the thread was woken; or the negative errno: ETIMEDOUT,
   *     EINTR, EFAULT, or, on Linux, EAGAIN if the word has another value. Other systems return 0
   *     or a positive number in this case
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
   * Wakes threads of any process that sleep on a word.
   *
   * @param count the maximum number of threads to wake
   * @return the number of threads woken, or the negative errno. On FreeBSD, which does not report
   *     the number, the result is {@code count}
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

  /** Wakes threads one by one, because only this call reports whether it has woken a thread. */
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
