package io.mman.internal.region;

import io.mman.Errno;
import io.mman.MapFlag;
import io.mman.Protection;
import io.mman.internal.call.FlagBits;
import io.mman.internal.error.Failure;
import io.mman.internal.error.MapCountReserve;
import io.mman.internal.error.MemoryErrors;
import io.mman.internal.error.SealErrors;
import io.mman.internal.jfr.Recorded;
import io.mman.internal.signal.LostPages;
import io.mman.internal.signal.SurvivingRange;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The pages that a region has lost to bus errors, and the range in which it survives them. Only a
 * region that was mapped with {@code surviveBusErrors} has one. Every change of the pages is
 * announced here before it is made; only added pages are announced after they are mapped.
 *
 * <p>Most methods take the monitor, because the calls of a region that borrows its lifetime exclude
 * no changes.
 */
final class Losses {
  private final SurvivingRange range;
  private final Backing backing;

  /** The descriptor of the file, or an unused number after {@link #end}. */
  private final int fd;

  private boolean hasEnded;

  /** The number of lost pages that events and counters include so far. */
  private long noticed;

  private Losses(SurvivingRange range, Backing backing, int fd) {
    this.range = range;
    this.backing = backing;
    this.fd = fd;
    this.noticed = range.lostPages();
  }

  /**
   * Registers the pages of a new region.
   *
   * @param used bytes in use from the start of the first page on
   * @param fd the descriptor of the file, which stays open until {@link #end}
   */
  static Losses register(
      AddressRange place, long used, Backing backing, Protection protection, int fd) {
    long bytes = backing.pages(used);
    SurvivingRange range =
        SurvivingRange.register(
            place.start(),
            backing.mirrored() ? bytes / 2 : bytes,
            place.capacity(),
            backing.page(),
            protection.bits(),
            fd,
            backing.offset());
    if (backing.mirrored()) {
      Mirror.registerAgain(range, place.start() + bytes / 2, bytes / 2, backing.offset());
    }
    return new Losses(range, backing, fd);
  }

  /** Returns how many pages have been lost. It takes no lock. */
  long count() {
    return range.lostPages();
  }

  /**
   * Sets the protection of pages that will be replaced. The kernel would refuse a protection that
   * the file does not allow for the pages of the file, but not for zeros.
   */
  synchronized void protect(Protection protection) {
    StackReserve.require();
    boolean shared = backing.kind() == Backing.Kind.FILE_SHARED;
    String reason = shared && !hasEnded ? SealErrors.accessMode(protection, fd) : null;
    if (reason != null) {
      throw Failure.of("mprotect", -Errno.EACCES.number())
          .arg(protection)
          .about(backing.path())
          .because(reason)
          .exception();
    }
    range.protect(protection.bits());
  }

  /** Returns whether pages are lost now. */
  synchronized boolean hasLost() {
    return range.lost().count() > 0;
  }

  /** Sets the number of bytes in use after pages were mapped. */
  synchronized void grow(AddressRange place, long used) {
    StackReserve.require();
    long bytes = backing.pages(used);
    if (range.isEmpty() && bytes > 0) {
      range.append(place.start(), bytes, place.capacity(), backing.offset());
    } else {
      range.resize(bytes);
    }
  }

  /**
   * Stops replacing pages at the end, before they are unmapped.
   *
   * @param used the number of bytes in use from now on
   * @return the losses of these pages, for {@link #end} or {@link #putBack}
   */
  synchronized Losses cut(long used) {
    StackReserve.require();
    notice();
    return new Losses(range.cut(backing.pages(used)), backing, fd);
  }

  /** Takes back pages from {@link #cut} that could not be unmapped. */
  synchronized void putBack(AddressRange place, Losses cut) {
    StackReserve.require();
    cut.place(place.start() + range.pages() * backing.page());
    join(cut);
  }

  /** Stops replacing pages, before they move. */
  synchronized void suspend() {
    StackReserve.require();
    range.suspend();
  }

  /** Replaces pages again after a move, at their new address. */
  synchronized void place(long start) {
    range.place(start);
  }

  /**
   * Returns the losses of a region that is split off.
   *
   * @param bytes the size of the pages that stay
   * @param rest the backing of the others
   */
  synchronized Losses split(long bytes, Backing rest) {
    StackReserve.require();
    notice();
    return new Losses(range.split(bytes), rest, fd);
  }

  /** Takes over the pages of the next region. */
  synchronized void join(Losses next) {
    StackReserve.require();
    notice();
    next.handOver(this);
    noticed = range.lostPages();
  }

  private synchronized void handOver(Losses first) {
    notice();
    first.range.join(range);
  }

  /** Stops replacing pages, before they are unmapped. A second call has no effect. */
  synchronized void end() {
    long address = range.lost().address();
    hasEnded = true;
    range.unregister();
    notice(address);
  }

  /**
   * Throws an exception with EIO if pages of a range are lost.
   *
   * @param call the name of the call for the exception
   * @param state the state of the region
   * @return the number of pages lost so far, read before the check, so that a caller can find out
   *     whether more have been lost since
   */
  synchronized long requireIntact(String call, RegionState state, long offset, long length) {
    notice();
    long before = range.lostPages();
    LostPages lost = range.lost();
    long bytes = length == RegionState.WHOLE ? state.size() : length;
    long first = bytes == 0 ? -1 : lost.first(state.head() + offset, bytes);
    if (first >= 0) {
      throw failure(call, lost.count(state.head() + offset, bytes), first - state.head());
    }
    return before;
  }

  private RuntimeException failure(String call, long pages, long first) {
    String what = pages == 1 ? "1 page lost" : pages + " pages lost";
    return Failure.of(call, -Errno.EIO.number())
        .file(backing.path())
        .because(what + ", the first at byte " + Math.max(0, first))
        .exception();
  }

  /** Maps the file over those lost pages that it reaches. */
  synchronized void restore(Protection protection) {
    StackReserve.require();
    notice();
    long length = range.lost().fileLength();
    if (length < 0) {
      throw Failure.of("fstat", length).file(backing.path()).exception();
    }
    Set<MapFlag> flags = EnumSet.copyOf(backing.reserveFlags());
    flags.add(MapFlag.FIXED); // over pages of this region only
    long result = range.restore(length, FlagBits.map(flags));
    if (result < 0) {
      MapCountReserve.releaseOn(result);
      Failure failure = Failure.of("mmap", result).arg(protection).flags(flags);
      throw failure.file(backing.path()).because(reason(failure.error(), protection)).exception();
    }
  }

  private @Nullable String reason(Errno error, Protection protection) {
    return MemoryErrors.mmap(
        error, 0, backing.page(), protection, backing.flags(), RegionBuilder.NO_FILE, 0);
  }

  private void notice() {
    if (range.lostPages() != noticed) {
      notice(range.lost().address());
    }
  }

  /** Reports new losses to Flight Recorder and to the counters of all regions. */
  private void notice(long address) {
    long count = range.lostPages();
    long pages = count - noticed;
    if (pages > 0) {
      noticed = count;
      RegionCounters.lose(pages);
      Recorded recorded = Recorded.begin(Recorded.Kind.PAGES_LOST);
      if (recorded != null) {
        recorded.end(address, pages * backing.page(), "", backing.pathText());
      }
    }
  }
}
