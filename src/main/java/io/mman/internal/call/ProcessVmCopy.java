package io.mman.internal.call;

import io.mman.Errno;
import io.mman.internal.error.Failure;
import io.mman.internal.error.MemoryErrors;
import io.mman.internal.libc.KernelCalls;
import io.mman.internal.platform.Kernel;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Copies with a single call, which only Linux has and a seccomp filter may refuse. */
enum ProcessVmCopy implements CopyMethod {
  /** Copies from a region to other memory. */
  READ("process_vm_readv", Kernel.PROCESS_VM_READV),
  /** Copies from other memory into a region. */
  WRITE("process_vm_writev", Kernel.PROCESS_VM_WRITEV);

  private final String call;

  /** Never becomes true again: a call that a process is refused once stays refused. */
  private volatile boolean available;

  ProcessVmCopy(String call, Kernel number) {
    this.call = call;
    this.available = number.isHere();
  }

  /** Returns the name of the call. */
  String call() {
    return call;
  }

  /** Returns whether the system has the call, and is not known to refuse it. */
  boolean isAvailable() {
    return available;
  }

  @Override
  public long copy(MemorySegment region, MemorySegment other) {
    return this == READ
        ? KernelCalls.copyFrom(region, other, other.byteSize())
        : KernelCalls.copyTo(region, other, other.byteSize());
  }

  /**
   * Finds out whether an error means that the system refuses the call itself. The same errno may
   * have another reason, so the call is made once more for memory that cannot fail. If it is
   * refused, {@link #isAvailable} returns false from then on.
   */
  boolean isRefused(long result) {
    if (result < 0 && isRefusal(Errno.of((int) -result))) {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment bytes = arena.allocate(2);
        if (copy(bytes.asSlice(0, 1), bytes.asSlice(1, 1)) == result) {
          available = false;
        }
      }
    }
    return !available;
  }

  /** Returns whether an error is one with which kernels and filters refuse a call altogether. */
  static boolean isRefusal(Errno errno) {
    return errno == Errno.EPERM || errno == Errno.EACCES || errno == Errno.ENOSYS;
  }

  /**
   * Returns the failure of a copy that has not copied a single byte.
   *
   * @param file the path of the mapped file
   */
  Failure failure(long result, MemorySegment region, MemorySegment other, @Nullable Path file) {
    Failure failure = Failure.of(call, result).range(region);
    return isFaultOf(other, region, result)
        ? failure.because(MemoryErrors.copyOther(failure.error(), this == READ))
        : failure.about(file).because(MemoryErrors.copy(failure.error()));
  }

  /**
   * Returns whether nothing could be copied because of the other memory. Only reading a page shows
   * whether it is there without changing memory. If the source can be read, the target is at fault.
   */
  private boolean isFaultOf(MemorySegment other, MemorySegment region, long result) {
    if (result != -Errno.EFAULT.number() || !other.isNative()) {
      return false;
    }
    MemorySegment source = this == READ ? region : other;
    try (Arena arena = Arena.ofConfined()) {
      boolean isReadable = KernelCalls.copyFrom(source, arena.allocate(1), 1) == 1;
      return isReadable == (this == READ);
    }
  }
}
