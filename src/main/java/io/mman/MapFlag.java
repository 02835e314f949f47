package io.mman;

import static io.mman.internal.platform.Numbers.everywhere;
import static io.mman.internal.platform.Numbers.linux;
import static io.mman.internal.platform.Numbers.onFreebsd;
import static io.mman.internal.platform.Numbers.onMacos;

import io.mman.internal.platform.Numbers;

/**
 * Flags of mmap(2), named as in C without {@code MAP_}.
 *
 * <p>Numbers: asm-generic/mman-common.h, asm-generic/mman.h and the ppc64 header of Linux,
 * sys/mman.h of macOS and FreeBSD.
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/mmap.2.html">mmap(2)</a>
 */
public enum MapFlag {
  /** Changes are seen by all who map the same pages, and reach the file. */
  SHARED(everywhere(0x1)),
  /** Copy-on-write: changes stay in this mapping. */
  PRIVATE(everywhere(0x2)),
  /** As {@link #SHARED}, but flags the kernel does not know are an error. Linux 4.15. */
  SHARED_VALIDATE(linux(0x3)),
  /** Anonymous memory that the kernel may drop, then zero, under pressure. Linux 6.11. */
  DROPPABLE(linux(0x8)),
  /** Exactly at the address given, over whatever is mapped there, the JVM's own heap included. */
  FIXED(everywhere(0x10)),
  /** Exactly at the address given, unless something is mapped there. Linux 4.17. */
  FIXED_NOREPLACE(linux(0x100000)),
  /** Zero-filled memory without a file. */
  ANONYMOUS(linux(0x20).macos(0x1000).freebsd(0x1000)),
  /** No swap space is set aside. */
  NORESERVE(linux(0x4000).power(0x40).macos(0x40)),
  /** The pages are faulted in before the call returns, as far as they can be. */
  POPULATE(linux(0x8000)),
  /** With {@link #POPULATE}: only pages that are in memory already. */
  NONBLOCK(linux(0x10000)),
  /** The pages are locked in memory, as by mlock(2). */
  LOCKED(linux(0x2000).power(0x80)),
  /** Memory for a thread's stack; on FreeBSD it grows downwards. */
  STACK(linux(0x20000).freebsd(0x400)),
  /** The mapping grows downwards when the page below it is touched. */
  GROWSDOWN(linux(0x100)),
  /** Explicit huge pages, from the pool that the administrator filled. */
  HUGETLB(linux(0x40000)),
  /** With {@link #HUGETLB}: pages of 16 KiB. */
  HUGE_16KB(huge(14)),
  /** With {@link #HUGETLB}: pages of 64 KiB. */
  HUGE_64KB(huge(16)),
  /** With {@link #HUGETLB}: pages of 512 KiB. */
  HUGE_512KB(huge(19)),
  /** With {@link #HUGETLB}: pages of 1 MiB. */
  HUGE_1MB(huge(20)),
  /** With {@link #HUGETLB}: pages of 2 MiB. */
  HUGE_2MB(huge(21)),
  /** With {@link #HUGETLB}: pages of 8 MiB. */
  HUGE_8MB(huge(23)),
  /** With {@link #HUGETLB}: pages of 16 MiB. */
  HUGE_16MB(huge(24)),
  /** With {@link #HUGETLB}: pages of 32 MiB. */
  HUGE_32MB(huge(25)),
  /** With {@link #HUGETLB}: pages of 256 MiB. */
  HUGE_256MB(huge(28)),
  /** With {@link #HUGETLB}: pages of 512 MiB. */
  HUGE_512MB(huge(29)),
  /** With {@link #HUGETLB}: pages of 1 GiB. */
  HUGE_1GB(huge(30)),
  /** With {@link #HUGETLB}: pages of 2 GiB. */
  HUGE_2GB(huge(31)),
  /** With {@link #HUGETLB}: pages of 16 GiB. */
  HUGE_16GB(huge(34)),
  /** With {@link #SHARED_VALIDATE}: stores to DAX memory are durable once flushed. Linux 4.15. */
  SYNC(linux(0x80000)),
  /** Ignored by Linux. */
  DENYWRITE(linux(0x800)),
  /** Ignored by Linux. */
  EXECUTABLE(linux(0x1000)),
  /** The pages are not cleared; honoured only by kernels without an MMU. */
  UNINITIALIZED(linux(0x4000000)),
  /** The file is not extended. macOS. */
  NOEXTEND(onMacos(0x100)),
  /** The memory may hold semaphores. macOS, FreeBSD. */
  HASSEMAPHORE(onMacos(0x200).freebsd(0x200)),
  /** The pages need not be kept in the cache. macOS. */
  NOCACHE(onMacos(0x400)),
  /** Memory for code made at run time. macOS. */
  JIT(onMacos(0x800)),
  /** A page whose signature does not hold reads as zero. macOS. */
  RESILIENT_CODESIGN(onMacos(0x2000)),
  /** A page whose medium is gone reads as zero. macOS. */
  RESILIENT_MEDIA(onMacos(0x4000)),
  /** Dirty pages are written only when they must be. FreeBSD. */
  NOSYNC(onFreebsd(0x800)),
  /** Address space that cannot be accessed. FreeBSD. */
  GUARD(onFreebsd(0x2000)),
  /** With {@link #FIXED}: fails if something is mapped there. FreeBSD. */
  EXCL(onFreebsd(0x4000)),
  /** Left out of core dumps. FreeBSD. */
  NOCORE(onFreebsd(0x20000)),
  /** Pages in memory are mapped at once, for reading. FreeBSD. */
  PREFAULT_READ(onFreebsd(0x40000)),
  /** The address suits a superpage. FreeBSD. */
  ALIGNED_SUPER(onFreebsd(0x1000000));

  private static final int HUGE_SHIFT = 26;

  private final Numbers numbers;

  MapFlag(Numbers numbers) {
    this.numbers = numbers;
  }

  /** The size of a huge page stands as a logarithm in the upper bits of the flags. */
  private static Numbers huge(int log2) {
    return linux((long) log2 << HUGE_SHIFT);
  }

  /**
   * Tells whether the running platform has this flag.
   *
   * @return false where using it throws {@link UnsupportedOperationException}
   */
  public boolean isSupported() {
    return numbers.isHere();
  }

  /**
   * Returns C's number of this flag on the running platform: {@code MAP_} and the name of the
   * constant.
   *
   * @return the bits, of which the highest may be set
   * @throws UnsupportedOperationException if the platform lacks the flag
   */
  public int bits() {
    return numbers.here("MAP_", this);
  }

  /** Returns the number on every platform. */
  Numbers numbers() {
    return numbers;
  }
}
