package io.mman.change;

import io.mman.MappedRegion;
import io.mman.MmanException;
import io.mman.internal.change.Tracker;
import io.mman.internal.region.Engines;

/**
 * Finds out which pages of a region have changed, without comparing or copying them.
 *
 * {@snippet class="io.mman.examples.Snippets" region="track"}
 *
 * <p><b>What counts.</b> A page has changed if it was written to through this mapping: by Java, by
 * native code, or by the kernel, as when {@code read(2)} fills a part of the region. This is so
 * even if the bytes written are those that were there. The region's own {@link
 * io.mman.Advice#DONTNEED DONTNEED}, {@link io.mman.Advice#REMOVE REMOVE} and other {@linkplain
 * io.mman.Advice#isDiscarding() discarding advice} counts for all pages that it is given for.
 * {@link MappedRegion#populate populate} and {@link MappedRegion#lock lock} may count.
 *
 * <p>What does not count is what others do to the memory or the file: stores through another
 * mapping, even of the same process, {@code write(2)} to the file, and calls of {@link
 * io.mman.Mman} that discard or replace pages. Neither does a device that writes to memory directly
 * ({@code O_DIRECT} reads, buffers registered with {@code io_uring}) if its transfer had begun
 * before the last {@link #take}.
 *
 * <p><b>How exact it is.</b> Anonymous memory and memory files ({@link io.mman.NativeFile#memory
 * memfd}) are exact: each page that has changed is reported, and no other. For files on a disk,
 * pages may be reported that have only been read, or whose neighbours have changed, but never fewer
 * pages than have changed. Explicit huge pages are reported as a whole. In a mirrored region, a
 * page of one half counts in both.
 *
 * <p><b>Concurrency.</b> All threads may store into the region at any time. No store is lost: a
 * store that races with {@code take} is found by it or by the next one. All threads may use one
 * tracker, if the region is not confined; concurrent calls of {@code take} wait for each other, and
 * share the changes among them.
 *
 * <p><b>Costs.</b> The first store to each page after a take costs about a microsecond more than
 * usual, because the kernel notes it; later stores to the page cost nothing. A take looks at all
 * page table entries of the region, which takes some 0.5 ms for each gigabyte, and protects what it
 * has found. The kernel keeps a page table entry of 8 bytes for each page of 4 KiB that is tracked,
 * even if the page itself takes no memory: 2 GiB for a terabyte. To set them up takes {@code of}
 * some ten seconds for a terabyte. The Java heap takes at most 32 MiB for each terabyte, during a
 * take and for its result. All trackers of a process together take two descriptors.
 *
 * <p><b>The region.</b> As long as it is tracked, {@code resize}, {@code extend} to another size,
 * {@code split} and {@code join} throw {@link IllegalStateException}: close the tracker first. So
 * does {@code lock} if the region maps a file on a disk, because Linux would repeat a page fault of
 * a page that is locked and tracked for ever. For the same reason, {@link io.mman.Mman#mlock mlock}
 * and {@link io.mman.Mman#mlockall mlockall} must not be called meanwhile. All other methods work,
 * {@code protect} and {@code seal} included. If the region is closed, {@code take} throws {@link
 * IllegalStateException}; the tracker is to be closed all the same.
 *
 * <p>Only regions that this library has mapped can be tracked, each by one tracker at a time. Those
 * that {@linkplain io.mman.Mapping#surviveBusErrors survive bus errors}, map a device, or are
 * {@link io.mman.MapFlag#DROPPABLE DROPPABLE} cannot.
 *
 * <p><b>Requirements.</b> The class needs Linux 6.7 on a processor for which the kernel can track
 * stores, which x86_64 and aarch64 are. No privileges are needed. The sandbox of a container may
 * forbid {@code userfaultfd(2)}; that of Docker does by default. {@link #isSupported} tells.
 */
public final class ChangeTracker implements AutoCloseable {
  private final Tracker tracker;

  private ChangeTracker(Tracker tracker) {
    this.tracker = tracker;
  }

  /**
   * Returns whether changes can be tracked here. The answer may differ later, for example after the
   * process has installed a seccomp filter.
   *
   * @return true if the kernel has what is needed and allows it
   * @throws MmanException if the kernel cannot be asked, for example because no descriptor is free
   * @throws IllegalCallerException if native access is denied
   */
  public static boolean isSupported() {
    return Tracker.isSupported();
  }

  /**
   * Begins to track the changes of a region. Those made before do not count.
   *
   * @param region the region
   * @return a tracker, which the caller closes
   * @throws UnsupportedOperationException if the kernel is too old or forbids it, with the reason
   * @throws UnsupportedOperationException if the region is of a kind that cannot be tracked: it
   *     survives bus errors, maps a device, or is {@code DROPPABLE}
   * @throws IllegalStateException if the region is closed, or has a tracker already
   * @throws IllegalStateException if the region maps a file on a disk, and pages of it are locked
   * @throws IllegalStateException if the region wraps a mapping made elsewhere ({@link
   *     MappedRegion#of})
   * @throws WrongThreadException if the region is confined to another thread
   * @throws MmanException {@code EMFILE} or {@code ENFILE} if no descriptor is free
   * @throws MmanException {@code ENOMEM} if the kernel has no memory for page tables, or too many
   *     mappings
   * @throws MmanException {@code EBUSY} if other code in the process tracks pages of the region
   * @throws IllegalCallerException if native access is denied
   */
  public static ChangeTracker of(MappedRegion region) {
    return new ChangeTracker(Tracker.of(Engines.region(region)));
  }

  /**
   * Returns the pages that have changed since the last take, or since the tracking began. Each page
   * is taken at its own moment during the call. If the call fails, nothing is lost: what it has
   * found is part of the next result.
   *
   * @return the changed pages
   * @throws IllegalStateException if the tracker or the region is closed
   * @throws WrongThreadException if the region is confined to another thread
   * @throws MmanException {@code EPERM} if other code has mapped something over pages of the
   *     region, which are not tracked any more
   * @throws MmanException if the kernel refuses the call, for example because a seccomp filter was
   *     installed meanwhile
   */
  public PageRanges take() {
    return new PageRanges(tracker.take());
  }

  /**
   * Ends the tracking. Changes that have not been taken are forgotten. A second call has no effect.
   *
   * @throws WrongThreadException if the region is open and confined to another thread. Nothing is
   *     closed then
   * @throws MmanException {@code ENOMEM} if the process has too many mappings to change those of
   *     the region. Nothing is closed then
   */
  @Override
  public void close() {
    tracker.close();
  }

  /**
   * Returns a description of the tracker.
   *
   * @return its region
   */
  @Override
  public String toString() {
    return tracker.toString();
  }
}
