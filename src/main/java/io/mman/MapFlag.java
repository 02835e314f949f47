package io.mman;

import static io.mman.internal.platform.Numbers.everywhere;
import static io.mman.internal.platform.Numbers.linux;
import static io.mman.internal.platform.Numbers.onFreebsd;
import static io.mman.internal.platform.Numbers.onMacos;
import static io.mman.internal.platform.Numbers.onNetbsd;
import static io.mman.internal.platform.Numbers.onOpenbsd;

import io.mman.internal.platform.Numbers;

/**
 * Flags of mmap(2), named as in C without {@code MAP_}.
 *
 * <p>The numbers are those of asm-generic/mman-common.h, asm-generic/mman.h and the ppc64 header of
 * Linux, and of sys/mman.h of macOS, FreeBSD, NetBSD and OpenBSD. A flag that a header defines as
 * 0, for programs written for other systems, does not exist on that system.
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/mmap.2.html">mmap(2)</a>
 */
public enum MapFlag {
  /** Changes are visible to everyone who maps the same pages, and reach the file. */
  SHARED(everywhere(0x1)),
  /** The mapping is copy-on-write: changes stay in this mapping. */
  PRIVATE(everywhere(0x2)),
  /**
   * Acts as {@link #SHARED}, but a flag that the kernel does not know is an error (since Linux
   * 4.15).
   */
  SHARED_VALIDATE(linux(0x3)),
  /**
   * The memory is anonymous, and the kernel may drop its pages when memory is short; they then read
   * as zero (since Linux 6.11).
   */
  DROPPABLE(linux(0x8)),
  /**
   * The memory is mapped exactly at the given address, and replaces whatever is mapped there,
   * including the JVM's own heap.
   */
  FIXED(everywhere(0x10)),
  /**
   * The memory is mapped exactly at the given address; the call fails if something is mapped there
   * (since Linux 4.17).
   */
  FIXED_NOREPLACE(linux(0x100000)),
  /** The memory is zero-filled and belongs to no file. */
  ANONYMOUS(linux(0x20).bsd(0x1000)),
  /** No swap space is reserved for the memory. */
  NORESERVE(linux(0x4000).power(0x40).macos(0x40).netbsd(0x40)),
  /**
   * The pages that can be faulted in are faulted in before the call returns. No error is reported
   * for the others.
   */
  POPULATE(linux(0x8000)),
  /** With {@link #POPULATE}, only pages that are in memory already are mapped. */
  NONBLOCK(linux(0x10000)),
  /** The pages are locked in memory, as by mlock(2). */
  LOCKED(linux(0x2000).power(0x80)),
  /**
   * The memory is for a thread's stack. On FreeBSD it grows downwards, and OpenBSD kills a process
   * whose stack pointer is outside such memory.
   */
  STACK(linux(0x20000).freebsd(0x400).netbsd(0x2000).openbsd(0x4000)),
  /** The mapping grows downwards when the page below it is touched. */
  GROWSDOWN(linux(0x100)),
  /**
   * The memory consists of explicit huge pages, from the pool that the administrator has filled.
   */
  HUGETLB(linux(0x40000)),
  /** With {@link #HUGETLB}, requests huge pages of 16 KiB (since Linux 3.8). */
  HUGE_16KB(huge(14)),
  /** With {@link #HUGETLB}, requests huge pages of 64 KiB (since Linux 3.8). */
  HUGE_64KB(huge(16)),
  /** With {@link #HUGETLB}, requests huge pages of 512 KiB (since Linux 3.8). */
  HUGE_512KB(huge(19)),
  /** With {@link #HUGETLB}, requests huge pages of 1 MiB (since Linux 3.8). */
  HUGE_1MB(huge(20)),
  /** With {@link #HUGETLB}, requests huge pages of 2 MiB (since Linux 3.8). */
  HUGE_2MB(huge(21)),
  /** With {@link #HUGETLB}, requests huge pages of 8 MiB (since Linux 3.8). */
  HUGE_8MB(huge(23)),
  /** With {@link #HUGETLB}, requests huge pages of 16 MiB (since Linux 3.8). */
  HUGE_16MB(huge(24)),
  /** With {@link #HUGETLB}, requests huge pages of 32 MiB (since Linux 3.8). */
  HUGE_32MB(huge(25)),
  /** With {@link #HUGETLB}, requests huge pages of 256 MiB (since Linux 3.8). */
  HUGE_256MB(huge(28)),
  /** With {@link #HUGETLB}, requests huge pages of 512 MiB (since Linux 3.8). */
  HUGE_512MB(huge(29)),
  /** With {@link #HUGETLB}, requests huge pages of 1 GiB (since Linux 3.8). */
  HUGE_1GB(huge(30)),
  /** With {@link #HUGETLB}, requests huge pages of 2 GiB (since Linux 3.8). */
  HUGE_2GB(huge(31)),
  /** With {@link #HUGETLB}, requests huge pages of 16 GiB (since Linux 3.8). */
  HUGE_16GB(huge(34)),
  /**
   * With {@link #SHARED_VALIDATE}, stores to DAX memory are durable once they are flushed (since
   * Linux 4.15).
   */
  SYNC(linux(0x80000)),
  /** Linux ignores this flag. */
  DENYWRITE(linux(0x800)),
  /** Linux ignores this flag. */
  EXECUTABLE(linux(0x1000)),
  /** The pages are not cleared; only kernels without an MMU honour this flag. */
  UNINITIALIZED(linux(0x4000000)),
  /** The file is not extended (macOS). */
  NOEXTEND(onMacos(0x100)),
  /** The memory may contain semaphores (macOS, FreeBSD, NetBSD). */
  HASSEMAPHORE(onMacos(0x200).freebsd(0x200).netbsd(0x200)),
  /** The pages need not be kept in the cache (macOS). */
  NOCACHE(onMacos(0x400)),
  /** The memory is for code that is generated at run time (macOS). */
  JIT(onMacos(0x800)),
  /** A page whose code signature is invalid reads as zero (macOS). */
  RESILIENT_CODESIGN(onMacos(0x2000)),
  /** A page whose medium is no longer available reads as zero (macOS). */
  RESILIENT_MEDIA(onMacos(0x4000)),
  /** Dirty pages are written only when necessary (FreeBSD). */
  NOSYNC(onFreebsd(0x800)),
  /** The address space is reserved and cannot be accessed (FreeBSD). */
  GUARD(onFreebsd(0x2000)),
  /** With {@link #FIXED}, the call fails if something is mapped there (FreeBSD). */
  EXCL(onFreebsd(0x4000)),
  /** Core dumps omit the memory (FreeBSD). */
  NOCORE(onFreebsd(0x20000)),
  /** Pages that are in memory are mapped at once, for reading (FreeBSD). */
  PREFAULT_READ(onFreebsd(0x40000)),
  /** The address is aligned for a superpage (FreeBSD). */
  ALIGNED_SUPER(onFreebsd(0x1000000)),
  /** The address is tried even if it lies where the heap of C would grow (NetBSD). */
  TRYFIXED(onNetbsd(0x400)),
  /** The pages are locked in memory, as by mlock(2) (NetBSD). */
  WIRED(onNetbsd(0x800)),
  /** Core dumps omit the memory (OpenBSD). */
  CONCEAL(onOpenbsd(0x8000));

  private static final int HUGE_SHIFT = 26;

  private final Numbers numbers;

  MapFlag(Numbers numbers) {
    this.numbers = numbers;
  }

  /** Encodes the size of a huge page, whose logarithm C keeps in the upper bits of the flags. */
  private static Numbers huge(int log2) {
    return linux((long) log2 << HUGE_SHIFT);
  }

  /**
   * Returns whether the running platform has this flag.
   *
   * @return false if using it throws {@link UnsupportedOperationException}
   */
  public boolean isSupported() {
    return numbers.isHere();
  }

  /**
   * Returns the bits of this flag in C on the running platform. The C constant is {@code MAP_}
   * followed by the name of this one.
   *
   * @return the bits; the highest one may be set, which makes the number negative
   * @throws UnsupportedOperationException if the platform lacks the flag
   */
  public int bits() {
    return numbers.here("MAP_", this);
  }

  /** Returns the numbers of all platforms. */
  Numbers numbers() {
    return numbers;
  }
}
