package io.mman.change;

import io.mman.MappedRegion;
import io.mman.MmanException;
import io.mman.internal.change.Tracker;
import io.mman.internal.region.Engines;

/**
 * Finds the pages of a region that have changed, without comparing or copying them.
 *
 * {@snippet class="io.mman.examples.Snippets" region="track"}
 *
 * <p><b>What counts as a change.</b> A page has changed if it was written through this mapping: by
 * Java code, by native code, or by the kernel, for example when {@code read(2)} fills part of the
 * region. The page counts even if the bytes written are the same as before. If the region itself
 * gives {@link io.mman.Advice#DONTNEED DONTNEED}, {@link io.mman.Advice#REMOVE REMOVE} or other
 * {@linkplain io.mman.Advice#isDiscarding() discarding advice}, all pages in the range of the
 * advice count. {@link MappedRegion#populate populate} and {@link MappedRegion#lock lock} may make
 * pages count as changed.
 *
 * <p>Changes that are made to the memory or the file by other means do not count. These are stores
 * through another mapping, even in the same process; {@code write(2)} to the file; and methods of
 * {@link io.mman.Mman} that discard or replace pages. A device that writes to memory directly
 * ({@code O_DIRECT} reads, buffers registered with {@code io_uring}) is not noticed either if its
 * transfer began before the last {@link #take}.
 *
 * <p><b>Precision.</b> For anonymous memory and memory files ({@link io.mman.NativeFile#memory
 * memfd}), the result is exact: it contains each page that has changed, and no other page. For
 * files on a disk, the result contains each page that has changed, and may contain pages that were
 * only read or whose neighbours have changed. Explicit huge pages are reported as a whole. In a
 * mirrored region, a change to a page of one half is reported for both halves.
 *
 * <p><b>Concurrency.</b> All threads may store into the region at any time. No store is lost: a
 * store that races with {@code take} is reported by that call or by the next one. Unless the region
 * is confined, all threads may use the same tracker. Concurrent calls of {@code take} wait for each
 * other, and each change is reported by one of them.
 *
 * <p><b>Costs.</b> The first store to each page after a take costs about a microsecond more than
 * usual, because the kernel records it; later stores to the page cost nothing extra. A take
 * examines all page table entries of the region, which takes about 0.5 ms per gibibyte, and
 * protects the changed pages again. The kernel keeps a page table entry of 8 bytes for each tracked
 * page of 4 KiB, even if the page itself occupies no memory: 2 GiB per tebibyte. Creating them in
 * {@code of} takes about ten seconds per tebibyte. During a take, and for its result, up to 32 MiB
 * of Java heap are needed per tebibyte. All trackers of a process share two file descriptors.
 *
 * <p><b>Effects on the region.</b> While a region is tracked, {@code resize} and {@code extend} to
 * another size, {@code split} and {@code join} throw {@link IllegalStateException}; close the
 * tracker first. If the region maps a file on a disk, {@code lock} throws {@code
 * IllegalStateException} as well, because Linux would forever repeat a page fault on a page that is
 * both locked and tracked. For the same reason, {@link io.mman.Mman#mlock mlock} and {@link
 * io.mman.Mman#mlockall mlockall} must not be called for such a region while it is tracked. All
 * other methods work, including {@code protect} and {@code seal}. After the region is closed,
 * {@code take} throws {@link IllegalStateException}; the tracker must still be closed.
 *
 * <p>Only regions that were mapped by this library can be tracked, and each by only one tracker at
 * a time. Regions that {@linkplain io.mman.Mapping#surviveBusErrors survive bus errors}, map a
 * device, or are {@link io.mman.MapFlag#DROPPABLE DROPPABLE} cannot be tracked.
 *
 * <p><b>Requirements.</b> This class requires Linux 6.7 or later on a processor for which the
 * kernel can track stores, such as x86_64 and aarch64. No privileges are needed. The sandbox of a
 * container may forbid {@code userfaultfd(2)}; Docker's does by default. {@link #isSupported}
 * returns whether changes can be tracked.
 */
public final class ChangeTracker implements AutoCloseable {
  private final Tracker tracker;

  private ChangeTracker(Tracker tracker) {
    this.tracker = tracker;
  }

  /**
   * Returns whether changes can be tracked in this process. The answer may be different later, for
   * example after the process has installed a seccomp filter.
   *
   * @return true if the kernel supports tracking and permits it
   * @throws MmanException if this cannot be determined, for example because no descriptor is free
   * @throws IllegalCallerException if native access is denied
   */
  public static boolean isSupported() {
    return Tracker.isSupported();
  }

  /**
   * Starts tracking the changes of a region. Changes made before this call are not reported.
   *
   * @param region the region
   * @return a new tracker, which the caller must close
   * @throws UnsupportedOperationException if the kernel is too old or forbids tracking; the message
   *     gives the reason
   * @throws UnsupportedOperationException if the region survives bus errors, maps a device, or is
   *     {@code DROPPABLE}
   * @throws IllegalStateException if the region is closed
   * @throws IllegalStateException if the region already has a tracker
   * @throws IllegalStateException if the region maps a file on a disk and some of its pages are
   *     locked
   * @throws IllegalStateException if the region wraps a mapping made elsewhere ({@link
   *     MappedRegion#of})
   * @throws WrongThreadException if the region is confined to another thread
   * @throws MmanException with {@code EMFILE} or {@code ENFILE} if no descriptor is free
   * @throws MmanException with {@code ENOMEM} if the kernel has no memory for page tables, or if
   *     the process has too many mappings
   * @throws MmanException with {@code EBUSY} if other code in the process tracks pages of the
   *     region
   * @throws MmanException if another system call fails
   * @throws IllegalCallerException if native access is denied
   */
  public static ChangeTracker of(MappedRegion region) {
    return new ChangeTracker(Tracker.of(Engines.region(region)));
  }

  /**
   * Returns the pages that have changed since the last take, or since tracking started if this is
   * the first one. The pages are not examined all at once, but each at some moment during the call.
   * If the call fails, no change is lost: the pages it has found are part of the next result.
   *
   * @return the changed pages
   * @throws IllegalStateException if the tracker or the region is closed
   * @throws WrongThreadException if the region is confined to another thread
   * @throws MmanException with {@code EPERM} if other code has mapped something over pages of the
   *     region, which are therefore no longer tracked
   * @throws MmanException if the kernel refuses the call, for example because a seccomp filter has
   *     been installed since the tracker was created
   */
  public PageRanges take() {
    return new PageRanges(tracker.take());
  }

  /**
   * Stops tracking. Changes that have not been taken are discarded. Calling this method again has
   * no effect.
   *
   * @throws WrongThreadException if the region is open and confined to another thread; the tracker
   *     stays open
   * @throws MmanException with {@code ENOMEM} if the process has too many mappings to change those
   *     of the region; the tracker stays open
   */
  @Override
  public void close() {
    tracker.close();
  }

  /**
   * Returns a description of this tracker.
   *
   * @return a string that describes the tracked region
   */
  @Override
  public String toString() {
    return tracker.toString();
  }
}
