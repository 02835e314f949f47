package io.mman;

import static io.mman.internal.platform.Numbers.everywhere;
import static io.mman.internal.platform.Numbers.linux;
import static io.mman.internal.platform.Numbers.onFreebsd;
import static io.mman.internal.platform.Numbers.onMacos;

import io.mman.internal.libc.MemoryCalls;
import io.mman.internal.platform.Numbers;
import io.mman.internal.platform.Platform;
import java.lang.foreign.MemorySegment;

/**
 * Advice of madvise(2), named as in C without {@code MADV_}. Some advice is a hint, which the
 * kernel may ignore; other advice changes what a later read returns, see {@link #isDiscarding()}.
 *
 * <p>The same number means different things on different systems. Each system therefore has a
 * column of its own.
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/madvise.2.html">madvise(2)</a>
 */
public enum Advice {
  /** The pages need no special treatment. This is the default. */
  NORMAL(everywhere(0)),
  /** The pages will be read in random order, so that reading ahead is useless. */
  RANDOM(everywhere(1)),
  /** The pages will be read from front to back, so that the kernel reads further ahead. */
  SEQUENTIAL(everywhere(2)),
  /**
   * The pages will be needed soon: the kernel starts to read them now. In one call Linux reads at
   * most one read-ahead window of the device ({@code read_ahead_kb}, 128 KiB by default). {@link
   * MappedRegion#prefetch(long, long)} reads all of a large range, and {@link
   * MappedRegion#populate()} also waits for it.
   */
  WILLNEED(everywhere(3)),
  /**
   * The pages will not be needed soon and may be removed. On Linux private changes are lost at
   * once: anonymous memory then reads as zero, and private file memory as the file. On other
   * systems this is a hint.
   */
  DONTNEED(everywhere(4)),
  /**
   * The kernel may discard the contents of private anonymous pages when memory is short, until the
   * pages are written again (since Linux 4.5).
   */
  FREE(linux(8).macos(5).freebsd(5).netbsd(6).openbsd(6)),
  /**
   * The pages are freed, and so are the blocks of the file that they map: a hole is punched into
   * the file.
   */
  REMOVE(linux(9)),
  /** A child process does not inherit the range. */
  DONTFORK(linux(10)),
  /** Undoes {@link #DONTFORK}. */
  DOFORK(linux(11)),
  /** The kernel may merge equal pages (KSM). */
  MERGEABLE(linux(12)),
  /** Undoes {@link #MERGEABLE}. */
  UNMERGEABLE(linux(13)),
  /** The range should consist of transparent huge pages. */
  HUGEPAGE(linux(14)),
  /** The range should not contain transparent huge pages. */
  NOHUGEPAGE(linux(15)),
  /** Core dumps omit the range (since Linux 3.4). */
  DONTDUMP(linux(16)),
  /** Undoes {@link #DONTDUMP} (since Linux 3.4). */
  DODUMP(linux(17)),
  /** A child process finds the range filled with zeros (since Linux 4.14). */
  WIPEONFORK(linux(18)),
  /** Undoes {@link #WIPEONFORK} (since Linux 4.14). */
  KEEPONFORK(linux(19)),
  /** The pages are the first to be reclaimed when memory is short (since Linux 5.4). */
  COLD(linux(20)),
  /**
   * The pages are reclaimed now; dirty pages are written to their file or to swap (since Linux
   * 5.4).
   */
  PAGEOUT(linux(21)),
  /**
   * The page tables are filled in, as if every page were read. If a page is past the end of the
   * file, the call fails with {@code EFAULT} (since Linux 5.14).
   */
  POPULATE_READ(linux(22)),
  /**
   * The page tables are filled in, as if every page were written. If the disk is full, the call
   * fails with {@code EFAULT} (since Linux 5.14).
   */
  POPULATE_WRITE(linux(23)),
  /** Acts as {@link #DONTNEED}, but on locked pages too (since Linux 5.18). */
  DONTNEED_LOCKED(linux(24)),
  /**
   * The kernel copies the range into transparent huge pages now. It often cannot, so a failure is
   * normal (since Linux 6.1).
   */
  COLLAPSE(linux(25)),
  /**
   * Any access to the pages raises {@code SIGSEGV}, and their contents are lost (since Linux 6.13).
   */
  GUARD_INSTALL(linux(102)),
  /** Undoes {@link #GUARD_INSTALL}; the pages read as zero (since Linux 6.13). */
  GUARD_REMOVE(linux(103)),
  /** Wired pages are filled with zeros when the range is unmapped (macOS). */
  ZERO_WIRED_PAGES(onMacos(6)),
  /** Acts as {@link #FREE}, and the pages no longer count as used (macOS). */
  FREE_REUSABLE(onMacos(7)),
  /** Undoes {@link #FREE_REUSABLE}; it must be given before the pages are used again (macOS). */
  FREE_REUSE(onMacos(8)),
  /** Pages marked with {@link #FREE_REUSABLE} may be reused (macOS). */
  CAN_REUSE(onMacos(9)),
  /** The pages are filled with zeros (macOS). */
  ZERO(onMacos(11)),
  /** Dirty pages are written only when necessary (FreeBSD). */
  NOSYNC(onFreebsd(6)),
  /** Undoes {@link #NOSYNC} (FreeBSD). */
  AUTOSYNC(onFreebsd(7)),
  /** Core dumps omit the range (FreeBSD). */
  NOCORE(onFreebsd(8)),
  /** Undoes {@link #NOCORE} (FreeBSD). */
  CORE(onFreebsd(9)),
  /** The kernel does not kill the process when memory is short (FreeBSD). */
  PROTECT(onFreebsd(10));

  private final Numbers numbers;

  Advice(Numbers numbers) {
    this.numbers = numbers;
  }

  /**
   * Returns whether the running platform has this advice and its kernel knows it. To find out, the
   * advice is given for an empty range, except on FreeBSD, NetBSD and OpenBSD, whose kernels have
   * long known all of their advice.
   *
   * @return false if using it throws {@link UnsupportedOperationException} or fails with {@code
   *     EINVAL}
   * @throws IllegalCallerException if native access is denied
   */
  public boolean isSupported() {
    // FreeBSD and NetBSD refuse address 0 even for an empty range, because it cannot be mapped,
    // and PROTECT of FreeBSD would affect the whole process.
    return numbers.isHere()
        && (Platform.current().isBsd() || MemoryCalls.madvise(MemorySegment.NULL, number()) == 0);
  }

  /**
   * Returns whether this advice may change what a later read returns. A region rounds the range of
   * such advice inward to whole pages, and the range of any other advice outward.
   *
   * @return true for {@code DONTNEED FREE REMOVE WIPEONFORK DONTNEED_LOCKED GUARD_INSTALL
   *     FREE_REUSABLE ZERO}
   */
  public boolean isDiscarding() {
    return switch (this) {
      case DONTNEED,
          FREE,
          REMOVE,
          WIPEONFORK,
          DONTNEED_LOCKED,
          GUARD_INSTALL,
          FREE_REUSABLE,
          ZERO ->
          true;
      default -> false;
    };
  }

  /**
   * Returns the number of this advice in C on the running platform. The C constant is {@code MADV_}
   * followed by the name of this one.
   *
   * @return the number
   * @throws UnsupportedOperationException if the platform lacks the advice
   */
  public int number() {
    return numbers.here("MADV_", this);
  }

  /** Returns the numbers of all platforms. */
  Numbers numbers() {
    return numbers;
  }
}
