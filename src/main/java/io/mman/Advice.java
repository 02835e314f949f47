package io.mman;

import static io.mman.internal.platform.Numbers.everywhere;
import static io.mman.internal.platform.Numbers.linux;
import static io.mman.internal.platform.Numbers.onFreebsd;
import static io.mman.internal.platform.Numbers.onMacos;

import io.mman.internal.libc.MemoryCalls;
import io.mman.internal.platform.Numbers;
import java.lang.foreign.MemorySegment;

/**
 * Advice of madvise(2), named as in C without {@code MADV_}. Some of it is a hint that can be
 * ignored; some changes what a later read sees, which {@link #isDiscarding()} tells.
 *
 * <p>The same number means different things on different systems, so each has a column of its own.
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/madvise.2.html">madvise(2)</a>
 */
public enum Advice {
  /** No special treatment: the default. */
  NORMAL(everywhere(0)),
  /** Reads come in random order: no readahead. */
  RANDOM(everywhere(1)),
  /** Reads go from front to back: more readahead. */
  SEQUENTIAL(everywhere(2)),
  /**
   * The pages are needed soon: reading them ahead starts now. Linux reads no more than one
   * read-ahead window of the device a call ({@code read_ahead_kb}, 128 KiB by default): advise a
   * large range in such pieces, or use <a href="MappedRegion.html#populate()">{@code
   * MappedRegion.populate}</a>, which waits for all of it.
   */
  WILLNEED(everywhere(3)),
  /**
   * The pages may go. On Linux private changes are lost at once: anonymous memory reads as zero,
   * private file memory as the file. On macOS and FreeBSD it is a hint.
   */
  DONTNEED(everywhere(4)),
  /**
   * The contents of private anonymous pages may be dropped when memory is short, until written
   * again. Linux 4.5.
   */
  FREE(linux(8).macos(5).freebsd(5)),
  /** The pages and the part of the file behind them are freed: a hole is punched. */
  REMOVE(linux(9)),
  /** A child process does not inherit the range. */
  DONTFORK(linux(10)),
  /** Undoes {@link #DONTFORK}. */
  DOFORK(linux(11)),
  /** Equal pages may be merged by KSM. */
  MERGEABLE(linux(12)),
  /** Undoes {@link #MERGEABLE}. */
  UNMERGEABLE(linux(13)),
  /** Transparent huge pages are wanted. */
  HUGEPAGE(linux(14)),
  /** Transparent huge pages are not wanted. */
  NOHUGEPAGE(linux(15)),
  /** Left out of core dumps. */
  DONTDUMP(linux(16)),
  /** Undoes {@link #DONTDUMP}. */
  DODUMP(linux(17)),
  /** A child process finds zeros. Linux 4.14. */
  WIPEONFORK(linux(18)),
  /** Undoes {@link #WIPEONFORK}. Linux 4.14. */
  KEEPONFORK(linux(19)),
  /** First in line to be reclaimed. Linux 5.4. */
  COLD(linux(20)),
  /** Reclaimed now: dirty pages are written to their file or to swap. Linux 5.4. */
  PAGEOUT(linux(21)),
  /**
   * Page tables are filled as by reading every page; a page that is gone is {@code EFAULT}. Linux
   * 5.14.
   */
  POPULATE_READ(linux(22)),
  /** Page tables are filled as by writing every page; a full disk is {@code EFAULT}. Linux 5.14. */
  POPULATE_WRITE(linux(23)),
  /** As {@link #DONTNEED}, for locked pages too. Linux 5.18. */
  DONTNEED_LOCKED(linux(24)),
  /** The range is copied into transparent huge pages now; a refusal is normal. Linux 6.1. */
  COLLAPSE(linux(25)),
  /** Any access becomes a SIGSEGV, and what the pages held is gone. Linux 6.13. */
  GUARD_INSTALL(linux(102)),
  /** Undoes {@link #GUARD_INSTALL}; the pages read as zero. Linux 6.13. */
  GUARD_REMOVE(linux(103)),
  /** Wired pages are zeroed when the range is unmapped. macOS. */
  ZERO_WIRED_PAGES(onMacos(6)),
  /** As {@link #FREE}, and no longer counted as used. macOS. */
  FREE_REUSABLE(onMacos(7)),
  /** Undoes {@link #FREE_REUSABLE}, before the pages are used again. macOS. */
  FREE_REUSE(onMacos(8)),
  /** Pages marked {@link #FREE_REUSABLE} may be reused. macOS. */
  CAN_REUSE(onMacos(9)),
  /** The pages are zeroed. macOS. */
  ZERO(onMacos(11)),
  /** Dirty pages are written only when they must be. FreeBSD. */
  NOSYNC(onFreebsd(6)),
  /** Undoes {@link #NOSYNC}. FreeBSD. */
  AUTOSYNC(onFreebsd(7)),
  /** Left out of core dumps. FreeBSD. */
  NOCORE(onFreebsd(8)),
  /** Undoes {@link #NOCORE}. FreeBSD. */
  CORE(onFreebsd(9)),
  /** The process is not killed when memory is short. FreeBSD. */
  PROTECT(onFreebsd(10));

  private final Numbers numbers;

  Advice(Numbers numbers) {
    this.numbers = numbers;
  }

  /**
   * Tells whether the running platform has this advice and its kernel knows it. The kernel is asked
   * by advising an empty range.
   *
   * @return false where using it throws {@link UnsupportedOperationException} or fails with {@code
   *     EINVAL}
   * @throws IllegalCallerException if native access is denied
   */
  public boolean isSupported() {
    // Not so PROTECT, which does to the whole process what it does, whatever the range.
    return numbers.isHere()
        && (this == PROTECT || MemoryCalls.madvise(MemorySegment.NULL, number()) == 0);
  }

  /**
   * Tells whether this advice may change what a later read sees. Regions round the range of such
   * advice inward to whole pages, that of all other advice outward.
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
   * Returns C's number of this advice on the running platform: {@code MADV_} and the name of the
   * constant.
   *
   * @return the number
   * @throws UnsupportedOperationException if the platform lacks the advice
   */
  public int number() {
    return numbers.here("MADV_", this);
  }

  /** Returns the number on every platform. */
  Numbers numbers() {
    return numbers;
  }
}
