package io.mman;

import io.mman.internal.call.FlagBits;
import io.mman.internal.file.OpenFile;
import io.mman.internal.region.AsyncCall;
import io.mman.internal.region.Engines;
import io.mman.internal.region.Prefetch;
import io.mman.internal.region.Region;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * Mapped memory that cannot crash the JVM: no segment that it hands out outlives its pages, or
 * allows an access that their protection forbids.
 *
 * <p><b>Views.</b> {@link #segment} returns a view that allows what the protection of the pages
 * allows. Any operation that would leave a view on unmapped or less accessible pages first revokes
 * all existing views. A revoked view throws {@link IllegalStateException} on every access. A reader
 * that holds no lock tries again with the next view:
 *
 * {@snippet class="io.mman.examples.Snippets" region="read"}
 *
 * <p><b>Lifetime.</b> A region of {@link Mapping#mapConfined} or {@link Mapping#mapShared} owns its
 * lifetime: {@link #close} revokes its views and unmaps its pages. A region of {@link Mapping#map}
 * borrows the lifetime of an arena, and a region of {@link #of} that of a segment: {@code close}
 * ends the region object only, and any operation that would have to revoke a view throws {@link
 * IllegalStateException}. The page <a href="doc-files/lifetimes.html">Lifetimes</a> explains which
 * one to choose.
 *
 * <p><b>Ranges</b> are given in bytes from the start of the region. An empty range is allowed and
 * has no effect. A method without a range acts on the whole region, including both halves of a
 * {@linkplain Mapping#mirrored mirrored} region.
 *
 * <p><b>Threads.</b> A region that is not confined may be used by any number of threads. An
 * operation that revokes views waits for the region's calls that are in flight on other threads; a
 * call that begins later waits until the operation has ended. If a platform thread is accessing a
 * view when that view is revoked, HotSpot also sets the thread's interrupt status.
 *
 * <p><b>Virtual threads</b> can use every method. {@code sync}, {@code populate}, {@code lock},
 * {@code read} and {@code write} may wait for a medium: when a virtual thread calls one of them, a
 * daemon thread of the library makes the system call, and the virtual thread parks until it is
 * done. Its carrier is free meanwhile. Such a call takes some ten to thirty microseconds longer. An
 * interrupt does not end it, and the interrupt status is kept. The other methods, and page faults,
 * block the carrier. A page fault even stops the whole JVM: see the page <a
 * href="doc-files/stalls.html">Stalls</a>.
 *
 * <p><b>Clean-ups</b> that are tied to the scope of a view run while the view is revoked. Until the
 * operation that revokes it has ended, they cannot use the region: its methods throw {@link
 * IllegalStateException}. They can use other regions, unless two threads would then wait for each
 * other.
 */
public final class MappedRegion implements AutoCloseable {
  final Region region;

  MappedRegion(Region region) {
    this.region = region;
  }

  /**
   * Wraps a mapping that was made elsewhere, for example by {@code FileChannel.map}. It makes no
   * system call and does not change the segment.
   *
   * <p>The region refuses advice that {@linkplain Advice#isDiscarding() discards} bytes if the
   * segment is read-only, because its pages may be writable for their owner. It also refuses to
   * discard explicit huge pages. To recognize them, the first {@code advise} with {@code DONTNEED},
   * {@code DONTNEED_LOCKED} or {@code REMOVE} reads {@code /proc/self/maps}, which takes a few
   * hundred microseconds, and for files in memory and on some file systems {@code
   * /proc/self/smaps}, which takes milliseconds.
   *
   * @param mapped native memory, whose bounds and lifetime become those of the region
   * @return a region that borrows the segment's lifetime and never changes the protection of its
   *     pages
   * @throws IllegalArgumentException if the segment is on the Java heap
   */
  public static MappedRegion of(MemorySegment mapped) {
    return new MappedRegion(Region.of(mapped));
  }

  /**
   * Returns a view of exactly the bytes that were requested. It is read-only if the pages are not
   * writable. This method takes no lock and never waits.
   *
   * <p>The JDK does not know that the memory is mapped. The methods {@code force}, {@code load},
   * {@code unload} and {@code isLoaded} of the segment throw {@link UnsupportedOperationException},
   * and {@code force} of its {@code asByteBuffer()} has no effect. Use {@link #sync()}, {@link
   * #populate()}, {@link #advise(Advice)} and {@link #residency()} instead.
   *
   * @return the view, which a change of the region may revoke
   * @throws IllegalStateException if the region is closed
   * @throws IllegalStateException if the protection does not allow reading
   */
  public MemorySegment segment() {
    return region.segment();
  }

  /**
   * Returns the size of the region.
   *
   * @return the size in bytes; after the region is closed, the last one
   */
  public long size() {
    return region.size();
  }

  /**
   * Returns the protection of the pages.
   *
   * @return the protection; after the region is closed, the last one
   */
  public Protection protection() {
    return region.protection();
  }

  /**
   * Returns whether the region is open. If it is, a view that throws {@link IllegalStateException}
   * has been revoked, and {@link #segment} returns the next one.
   *
   * @return false once the region, or the arena that it borrows from, is closed
   */
  public boolean isAlive() {
    return region.isAlive();
  }

  /**
   * Writes the changed pages of the whole region to the file, and waits until they are written.
   * This is equivalent to {@link #sync(long, long, SyncFlag...) sync(0, size())}.
   *
   * @throws IllegalStateException if the region is closed
   * @throws WrongThreadException if the region is confined to another thread
   * @throws MmanException if msync fails: {@code EIO} if changes may not have reached the file
   * @throws MmanException with {@code EIO} if pages are {@linkplain #lostPages lost}; all other
   *     pages have been written
   * @throws IllegalCallerException if native access is denied and the region wraps a mapping made
   *     elsewhere
   */
  public void sync() {
    region.sync(0, Region.WHOLE, SyncFlag.SYNC.bits());
  }

  /**
   * Writes the changed pages of a range to the file and, unless {@code ASYNC} is given, waits until
   * they are written. Changes of a copy-on-write region never reach the file. On macOS the changes
   * may remain in the cache of the drive; {@link NativeFile#sync} writes them to the medium.
   *
   * @param offset the first byte of the range, in bytes from the start of the region
   * @param length the size of the range in bytes; it is widened to whole pages
   * @param flags the flags of msync(2); {@link SyncFlag#SYNC} if none is given
   * @throws IndexOutOfBoundsException if the range is not inside the region
   * @throws IllegalStateException if the region is closed
   * @throws WrongThreadException if the region is confined to another thread
   * @throws MmanException if msync fails: {@code EIO} if changes may not have reached the file,
   *     {@code EBUSY} for {@code INVALIDATE} of locked pages
   * @throws MmanException with {@code EIO} if pages of the range are {@linkplain #lostPages lost};
   *     all other pages have been written, or with {@code ASYNC} will be
   * @throws UnsupportedOperationException if the platform lacks a flag
   * @throws IllegalCallerException if native access is denied and the region wraps a mapping made
   *     elsewhere
   * @see <a href="https://man7.org/linux/man-pages/man2/msync.2.html">msync(2)</a>
   */
  public void sync(long offset, long length, SyncFlag... flags) {
    region.sync(offset, region.requireLength(length), FlagBits.sync(flags));
  }

  /**
   * Writes the changed pages of the whole region to the file on another thread. This is equivalent
   * to {@link #syncAsync(long, long) syncAsync(0, size())}.
   *
   * @return a future that is complete when the pages are written; it fails as {@link #sync()} does
   * @throws IllegalStateException if the region is closed
   * @throws IllegalStateException if the region is confined to a thread
   * @throws WrongThreadException if the region is confined to another thread
   * @throws OutOfMemoryError if the system cannot start a thread; then nothing is written
   */
  public CompletableFuture<Void> syncAsync() {
    return AsyncCall.sync(region, 0, Region.WHOLE);
  }

  /**
   * Writes the changed pages of the whole region to the file on a thread of an executor. This is
   * equivalent to {@link #syncAsync(long, long, Executor) syncAsync(0, size(), executor)}.
   *
   * @param executor runs the call
   * @return a future that is complete when the pages are written; it fails as {@link #sync()} does
   * @throws IllegalStateException if the region is closed
   * @throws IllegalStateException if the region is confined to a thread
   * @throws WrongThreadException if the region is confined to another thread
   * @throws RejectedExecutionException if the executor rejects the call; then nothing is written
   */
  public CompletableFuture<Void> syncAsync(Executor executor) {
    return AsyncCall.sync(region, 0, Region.WHOLE, executor);
  }

  /**
   * Writes the changed pages of a range to the file on another thread, as {@link #sync(long, long,
   * SyncFlag...)} does without a flag.
   *
   * <p>The call is in flight from the beginning: {@link #close}, and any other operation that
   * revokes views, waits until the future is complete. So does the last holder of a {@link
   * RegionGroup}. If the region borrows its lifetime from another arena and that arena is closed
   * before the thread makes the call, the future fails with {@link IllegalStateException}; while
   * the call is being made, the arena cannot be closed. Cancelling the future does not interrupt a
   * call that is being made, and the region remains in use until the call has ended. A call that
   * has not begun is then not made.
   *
   * <p>The calls without an executor, and the calls of virtual threads, are made by at most four
   * daemon threads of the library. They are started when they are needed, and end after a few
   * seconds without work. Actions that depend on the future do not run on them, but on the thread
   * that adds the action or on a virtual thread, and may wait for anything.
   *
   * @param offset the first byte of the range, in bytes from the start of the region
   * @param length the size of the range in bytes; it is widened to whole pages
   * @return a future that is complete when the pages are written. It fails with the exceptions that
   *     {@code sync} throws: {@link MmanException} with {@code EIO}, for example
   * @throws IndexOutOfBoundsException if the range is not inside the region
   * @throws IllegalStateException if the region is closed
   * @throws IllegalStateException if the region is confined to a thread
   * @throws WrongThreadException if the region is confined to another thread
   * @throws OutOfMemoryError if the system cannot start a thread; then nothing is written
   */
  public CompletableFuture<Void> syncAsync(long offset, long length) {
    return AsyncCall.sync(region, offset, region.requireLength(length));
  }

  /**
   * Writes the changed pages of a range to the file on a thread of an executor, in all other
   * respects as {@link #syncAsync(long, long)}.
   *
   * <p>The future is completed by the thread that has made the call, and its dependent actions run
   * there. The executor must run the call sometime: if it discards calls silently, as {@code
   * ThreadPoolExecutor.DiscardPolicy} and {@code shutdownNow} do, {@link #close} waits forever. If
   * the only thread of an executor closes the region while a call waits in the executor's queue,
   * both wait forever. If the executor runs the call on a virtual thread, the system call is made
   * by a thread of the library.
   *
   * @param offset the first byte of the range, in bytes from the start of the region
   * @param length the size of the range in bytes; it is widened to whole pages
   * @param executor runs the call
   * @return a future that is complete when the pages are written; it fails as {@code sync} does
   * @throws IndexOutOfBoundsException if the range is not inside the region
   * @throws IllegalStateException if the region is closed
   * @throws IllegalStateException if the region is confined to a thread
   * @throws WrongThreadException if the region is confined to another thread
   * @throws RejectedExecutionException if the executor rejects the call; then nothing is written
   */
  public CompletableFuture<Void> syncAsync(long offset, long length, Executor executor) {
    return AsyncCall.sync(region, offset, region.requireLength(length), executor);
  }

  /**
   * Gives advice on the use of the whole region. This is equivalent to {@link #advise(Advice, long,
   * long) advise(advice, 0, size())}.
   *
   * @param advice the advice
   * @throws IllegalArgumentException for {@code GUARD_INSTALL}
   * @throws IllegalArgumentException for discarding advice if the region consists of explicit huge
   *     pages
   * @throws IllegalArgumentException for discarding advice if the region wraps a read-only segment
   * @throws IllegalStateException if the region is closed
   * @throws WrongThreadException if the region is confined to another thread
   * @throws MmanException if madvise fails: {@code EINVAL} if the advice does not apply to such
   *     memory
   * @throws UnsupportedOperationException if the platform lacks the advice
   * @throws UnsupportedOperationException for {@code DONTNEED}, {@code DONTNEED_LOCKED} and {@code
   *     REMOVE} if the region wraps a mapping made elsewhere and {@code /proc} cannot be read
   * @throws IllegalCallerException if native access is denied and the region wraps a mapping made
   *     elsewhere
   */
  public void advise(Advice advice) {
    region.advise(advice, 0, Region.WHOLE);
  }

  /**
   * Gives advice on the use of a range, or acts on the range. A hint is given for the range widened
   * to whole pages. Advice that {@linkplain Advice#isDiscarding() discards} bytes is given for the
   * pages that lie completely inside the range; the page in which the region ends counts as one of
   * them, except for {@code REMOVE} and in a region that wraps a mapping made elsewhere.
   *
   * @param advice the advice
   * @param offset the first byte of the range, in bytes from the start of the region
   * @param length the size of the range in bytes
   * @throws IndexOutOfBoundsException if the range is not inside the region
   * @throws IllegalArgumentException for {@code GUARD_INSTALL}, after which reading a view would
   *     crash the JVM
   * @throws IllegalArgumentException for discarding advice if the region consists of explicit huge
   *     pages, because the pool may have none left at the next access
   * @throws IllegalArgumentException for discarding advice if the region wraps a read-only segment
   * @throws IllegalStateException if the region is closed
   * @throws WrongThreadException if the region is confined to another thread
   * @throws MmanException if madvise fails: {@code EINVAL} if the advice does not apply to such
   *     memory
   * @throws UnsupportedOperationException if the platform lacks the advice
   * @throws UnsupportedOperationException for {@code DONTNEED}, {@code DONTNEED_LOCKED} and {@code
   *     REMOVE} if the region wraps a mapping made elsewhere and {@code /proc} cannot be read
   * @throws IllegalCallerException if native access is denied and the region wraps a mapping made
   *     elsewhere
   * @see <a href="https://man7.org/linux/man-pages/man2/madvise.2.html">madvise(2)</a>
   */
  public void advise(Advice advice, long offset, long length) {
    region.advise(advice, offset, region.requireLength(length));
  }

  /**
   * Locks the whole region in memory. This is equivalent to {@link #lock(long, long, LockFlag...)
   * lock(0, size(), flags)}.
   *
   * @param flags the flags of mlock2(2), if any
   * @throws IllegalStateException if the region is closed
   * @throws IllegalStateException if the region maps a file on a disk and a {@link
   *     io.mman.change.ChangeTracker} tracks it
   * @throws WrongThreadException if the region is confined to another thread
   * @throws MmanException if mlock, or with a flag mlock2, fails
   * @throws UnsupportedOperationException if the platform lacks the flag
   * @throws IllegalCallerException if native access is denied and the region wraps a mapping made
   *     elsewhere
   */
  public void lock(LockFlag... flags) {
    region.lock(0, Region.WHOLE, FlagBits.lock(flags));
  }

  /**
   * Locks a range in memory. Locks do not nest: a single {@code unlock} undoes any number of them.
   *
   * @param offset the first byte of the range, in bytes from the start of the region
   * @param length the size of the range in bytes; it is widened to whole pages
   * @param flags {@link LockFlag#ONFAULT} to lock each page when it is first touched; without it,
   *     all pages are faulted in now
   * @throws IndexOutOfBoundsException if the range is not inside the region
   * @throws IllegalStateException if the region is closed
   * @throws WrongThreadException if the region is confined to another thread
   * @throws MmanException if mlock, or with a flag mlock2, fails: {@code ENOMEM} at the limit
   *     {@code RLIMIT_MEMLOCK} or past the end of the file, {@code EPERM} if the limit is 0
   * @throws UnsupportedOperationException if the platform lacks the flag
   * @throws IllegalCallerException if native access is denied and the region wraps a mapping made
   *     elsewhere
   * @see <a href="https://man7.org/linux/man-pages/man2/mlock.2.html">mlock(2)</a>
   */
  public void lock(long offset, long length, LockFlag... flags) {
    region.lock(offset, region.requireLength(length), FlagBits.lock(flags));
  }

  /**
   * Unlocks the whole region. This is equivalent to {@link #unlock(long, long) unlock(0, size())}.
   *
   * @throws IllegalStateException if the region is closed
   * @throws WrongThreadException if the region is confined to another thread
   * @throws MmanException if munlock fails
   * @throws IllegalCallerException if native access is denied and the region wraps a mapping made
   *     elsewhere
   */
  public void unlock() {
    region.unlock(0, Region.WHOLE);
  }

  /**
   * Unlocks a range, so that the kernel may reclaim its pages again.
   *
   * @param offset the first byte of the range, in bytes from the start of the region
   * @param length the size of the range in bytes; it is widened to whole pages
   * @throws IndexOutOfBoundsException if the range is not inside the region
   * @throws IllegalStateException if the region is closed
   * @throws WrongThreadException if the region is confined to another thread
   * @throws MmanException if munlock fails
   * @throws IllegalCallerException if native access is denied and the region wraps a mapping made
   *     elsewhere
   * @see <a href="https://man7.org/linux/man-pages/man2/mlock.2.html">munlock(2)</a>
   */
  public void unlock(long offset, long length) {
    region.unlock(offset, region.requireLength(length));
  }

  /**
   * Faults the whole region in. This is equivalent to {@link #populate(long, long) populate(0,
   * size())}.
   *
   * @throws IllegalStateException if the region is closed
   * @throws WrongThreadException if the region is confined to another thread
   * @throws MmanException with {@code EFAULT} if a page is past the end of the file or cannot be
   *     allocated
   * @throws UnsupportedOperationException on Linux before 5.14 and on other systems
   * @throws IllegalCallerException if native access is denied and the region wraps a mapping made
   *     elsewhere
   */
  public void populate() {
    region.populate(0, Region.WHOLE);
  }

  /**
   * Faults a range in before it is accessed. Pages of private writable memory are faulted in as if
   * by writing, so that no copy remains to be made; pages of other memory, as if by reading. To
   * allocate the blocks of a sparse file, use {@code advise(POPULATE_WRITE)}, which writes to
   * shared memory too. To start reading without waiting, use {@link #prefetch(long, long)}.
   * Inaccessible memory is left alone. For 128 MiB and more, up to four threads share the work, at
   * most one per processor; all of them end before this method returns.
   *
   * @param offset the first byte of the range, in bytes from the start of the region
   * @param length the size of the range in bytes; it is widened to whole pages
   * @throws IndexOutOfBoundsException if the range is not inside the region
   * @throws IllegalStateException if the region is closed
   * @throws WrongThreadException if the region is confined to another thread
   * @throws MmanException with {@code EFAULT} if a page is past the end of the file or cannot be
   *     allocated
   * @throws UnsupportedOperationException on Linux before 5.14 and on other systems
   * @throws IllegalCallerException if native access is denied and the region wraps a mapping made
   *     elsewhere
   * @see <a href="https://man7.org/linux/man-pages/man2/madvise.2.html">MADV_POPULATE_READ</a>
   */
  public void populate(long offset, long length) {
    region.populate(offset, region.requireLength(length));
  }

  /**
   * Faults the whole region in on another thread. This is equivalent to {@link #populateAsync(long,
   * long) populateAsync(0, size())}.
   *
   * @return a future that is complete when the pages are in memory; it fails as {@link #populate()}
   *     does
   * @throws IllegalStateException if the region is closed
   * @throws IllegalStateException if the region is confined to a thread
   * @throws WrongThreadException if the region is confined to another thread
   * @throws OutOfMemoryError if the system cannot start a thread; then nothing is faulted in
   */
  public CompletableFuture<Void> populateAsync() {
    return AsyncCall.populate(region, 0, Region.WHOLE);
  }

  /**
   * Faults the whole region in on a thread of an executor. This is equivalent to {@link
   * #populateAsync(long, long, Executor) populateAsync(0, size(), executor)}.
   *
   * @param executor runs the call
   * @return a future that is complete when the pages are in memory; it fails as {@link #populate()}
   *     does
   * @throws IllegalStateException if the region is closed
   * @throws IllegalStateException if the region is confined to a thread
   * @throws WrongThreadException if the region is confined to another thread
   * @throws RejectedExecutionException if the executor rejects the call; then nothing is faulted in
   */
  public CompletableFuture<Void> populateAsync(Executor executor) {
    return AsyncCall.populate(region, 0, Region.WHOLE, executor);
  }

  /**
   * Faults a range in on another thread, as {@link #populate(long, long)} does. Threads, futures
   * and the closing of the region are as for {@link #syncAsync(long, long)}. The call for 128 MiB
   * and more still starts up to three further threads, which end with it.
   *
   * @param offset the first byte of the range, in bytes from the start of the region
   * @param length the size of the range in bytes; it is widened to whole pages
   * @return a future that is complete when the pages are in memory. It fails with the exceptions
   *     that {@code populate} throws: {@link MmanException} with {@code EFAULT}, for example
   * @throws IndexOutOfBoundsException if the range is not inside the region
   * @throws IllegalStateException if the region is closed
   * @throws IllegalStateException if the region is confined to a thread
   * @throws WrongThreadException if the region is confined to another thread
   * @throws OutOfMemoryError if the system cannot start a thread; then nothing is faulted in
   */
  public CompletableFuture<Void> populateAsync(long offset, long length) {
    return AsyncCall.populate(region, offset, region.requireLength(length));
  }

  /**
   * Faults a range in on a thread of an executor, in all other respects as {@link
   * #populateAsync(long, long)}. The executor must run the call sometime, as for {@link
   * #syncAsync(long, long, Executor)}.
   *
   * @param offset the first byte of the range, in bytes from the start of the region
   * @param length the size of the range in bytes; it is widened to whole pages
   * @param executor runs the call
   * @return a future that is complete when the pages are in memory; it fails as {@code populate}
   *     does
   * @throws IndexOutOfBoundsException if the range is not inside the region
   * @throws IllegalStateException if the region is closed
   * @throws IllegalStateException if the region is confined to a thread
   * @throws WrongThreadException if the region is confined to another thread
   * @throws RejectedExecutionException if the executor rejects the call; then nothing is faulted in
   */
  public CompletableFuture<Void> populateAsync(long offset, long length, Executor executor) {
    return AsyncCall.populate(region, offset, region.requireLength(length), executor);
  }

  /**
   * Returns which pages of the whole region are in memory. This is equivalent to {@link
   * #residency(long, long) residency(0, size())}.
   *
   * @return a snapshot
   * @throws IllegalStateException if the region is closed
   * @throws WrongThreadException if the region is confined to another thread
   * @throws MmanException if mincore fails
   * @throws UnsupportedOperationException for a file that this process neither owns nor may write
   * @throws UnsupportedOperationException if the region wraps a mapping made elsewhere and {@code
   *     /proc} cannot be read
   * @throws UnsupportedOperationException on OpenBSD, which lacks mincore
   * @throws IllegalCallerException if native access is denied and the region wraps a mapping made
   *     elsewhere
   */
  public Residency residency() {
    return new Residency(region.residency(0, Region.WHOLE));
  }

  /**
   * Returns which pages of a range are in memory. The pages of a file count if they are in the page
   * cache, whichever process has read them.
   *
   * @param offset the first byte of the range, in bytes from the start of the region
   * @param length the size of the range in bytes; it is widened to whole pages
   * @return a snapshot
   * @throws IndexOutOfBoundsException if the range is not inside the region
   * @throws IllegalStateException if the region is closed
   * @throws WrongThreadException if the region is confined to another thread
   * @throws MmanException if mincore fails
   * @throws UnsupportedOperationException for a file that this process neither owns nor may write,
   *     because Linux then reports every page as resident
   * @throws UnsupportedOperationException if the region wraps a mapping made elsewhere and {@code
   *     /proc} cannot be read
   * @throws UnsupportedOperationException on OpenBSD, which lacks mincore
   * @throws IllegalCallerException if native access is denied and the region wraps a mapping made
   *     elsewhere
   * @see <a href="https://man7.org/linux/man-pages/man2/mincore.2.html">mincore(2)</a>
   */
  public Residency residency(long offset, long length) {
    return new Residency(region.residency(offset, region.requireLength(length)));
  }

  /**
   * Returns whether all pages of a range are in memory. This method is cheap and allocates nothing.
   *
   * @param offset the first byte of the range, in bytes from the start of the region
   * @param length the size of the range in bytes; it is widened to whole pages
   * @return true if no page is missing, and for an empty range
   * @throws IndexOutOfBoundsException if the range is not inside the region
   * @throws IllegalStateException if the region is closed
   * @throws WrongThreadException if the region is confined to another thread
   * @throws MmanException if mincore fails
   * @throws UnsupportedOperationException for a file that this process neither owns nor may write
   * @throws UnsupportedOperationException if the region wraps a mapping made elsewhere and {@code
   *     /proc} cannot be read
   * @throws UnsupportedOperationException on OpenBSD, which lacks mincore
   * @throws IllegalCallerException if native access is denied and the region wraps a mapping made
   *     elsewhere
   */
  public boolean isResident(long offset, long length) {
    return region.isResident(offset, length);
  }

  /**
   * Returns the number of pages of a range that are in memory. This method allocates nothing.
   *
   * @param offset the first byte of the range, in bytes from the start of the region
   * @param length the size of the range in bytes; it is widened to whole pages
   * @return a number of pages
   * @throws IndexOutOfBoundsException if the range is not inside the region
   * @throws IllegalStateException if the region is closed
   * @throws WrongThreadException if the region is confined to another thread
   * @throws MmanException if mincore fails
   * @throws UnsupportedOperationException for a file that this process neither owns nor may write
   * @throws UnsupportedOperationException if the region wraps a mapping made elsewhere and {@code
   *     /proc} cannot be read
   * @throws UnsupportedOperationException on OpenBSD, which lacks mincore
   * @throws IllegalCallerException if native access is denied and the region wraps a mapping made
   *     elsewhere
   */
  public long residentPages(long offset, long length) {
    return region.residentPages(offset, length);
  }

  /**
   * Lets the kernel begin to read those pages of a range that are not in memory, and does not wait
   * until they are read. This is equivalent to {@link #prefetch(long[], long) prefetch} of one
   * range.
   *
   * @param offset the first byte of the range, in bytes from the start of the region
   * @param length the size of the range in bytes; it is widened to whole pages
   * @return true if pages were not in memory and have been asked for; false if all of them are in
   *     memory, or the range is empty
   * @throws IndexOutOfBoundsException if the range is not inside the region
   * @throws IllegalStateException if the region is closed
   * @throws WrongThreadException if the region is confined to another thread
   * @throws MmanException if mincore or madvise fails
   * @throws IllegalCallerException if native access is denied and the region wraps a mapping made
   *     elsewhere
   * @see <a href="https://man7.org/linux/man-pages/man2/madvise.2.html">MADV_WILLNEED</a>
   */
  public boolean prefetch(long offset, long length) {
    return Prefetch.run(region, offset, length);
  }

  /**
   * Lets the kernel begin to read those pages of many ranges that are not in memory, and does not
   * wait until they are read. Call this method for as many ranges as possible before the first of
   * them is accessed: the medium can then work on all of them at once, and no access has to wait
   * for a page by itself.
   *
   * <p>Ranges may overlap, and their order does not matter. Each range is read completely, however
   * large it is. On Linux, up to 1024 ranges take one call of process_madvise(2), if the kernel
   * accepts {@code WILLNEED} there; otherwise, each of them takes one call of madvise(2). A call
   * may wait for the metadata of the file system, and for room in the queue of the medium.
   *
   * <p>The method does not report when the pages are in memory; until then, they count as missing.
   * Where the kernel does not tell which pages are in memory ({@link #residency(long, long)} throws
   * {@link UnsupportedOperationException}), all ranges are asked for and counted. Anonymous memory
   * is read from swap; pages of it that have never been accessed count as missing, although there
   * is nothing to read. So do pages after the end of the file. Explicit huge pages are never asked
   * for.
   *
   * @param offsets the first byte of each range, in bytes from the start of the region
   * @param length the size of each range in bytes; it is widened to whole pages
   * @return the number of ranges of which pages were not in memory and have been asked for; 0 if
   *     the ranges are empty
   * @throws IndexOutOfBoundsException if a range is not inside the region; nothing has been asked
   *     for then
   * @throws IllegalStateException if the region is closed
   * @throws WrongThreadException if the region is confined to another thread
   * @throws MmanException if mincore or madvise fails; ranges may have been asked for nevertheless
   * @throws IllegalCallerException if native access is denied and the region wraps a mapping made
   *     elsewhere
   * @see <a href="https://man7.org/linux/man-pages/man2/process_madvise.2.html">
   *     process_madvise(2)</a>
   */
  public int prefetch(long[] offsets, long length) {
    return Prefetch.run(region, offsets, length);
  }

  /**
   * Returns how much memory the region takes, as {@code /proc/self/smaps} reports it. The figures
   * are those of the kernel's areas in which the region lies, which may be larger than the region.
   * This takes milliseconds, because the kernel examines the memory of the whole process.
   *
   * @return the figures in bytes
   * @throws IllegalStateException if the region is closed
   * @throws WrongThreadException if the region is confined to another thread
   * @throws UnsupportedOperationException on systems other than Linux
   * @throws UnsupportedOperationException if {@code /proc/self/smaps} cannot be read
   * @see <a href="https://man7.org/linux/man-pages/man5/proc_pid_smaps.5.html">smaps(5)</a>
   */
  public RegionStats stats() {
    return region.stats();
  }

  /**
   * Copies bytes out of the region through the kernel, for which a missing page is an error and not
   * a signal. Use it for files that another process may truncate.
   *
   * <p>If the region is a shared mapping of a regular file whose {@link NativeFile} is still open,
   * or for which the region keeps a descriptor, pread(2) reads the bytes from the file, as far as
   * the file reaches. That takes half the time of a copy from the pages. A region that was created
   * read-only is read in this way on the usual local file systems of Linux only: others may give a
   * reader an older copy of the file.
   *
   * <p>All other bytes are copied from the pages. On Linux this is done by process_vm_readv(2),
   * applied to this process itself. Other systems lack that call, and some sandboxes and seccomp
   * profiles refuse it. There the bytes go through a pipe in pieces of at most 64 KiB: write(2)
   * takes them from the region, and read(2) stores them in the target. The pipe takes two
   * descriptors until this method returns. The result is the same in every case, unless {@link
   * Mman} has been used to make pages of the region inaccessible, which the file does not know.
   * Once the system has refused process_vm_readv(2), this process does not call it again.
   *
   * <p>If a page of the target cannot be written, the copy ends before that page, too.
   *
   * @param offset the first byte to copy, in bytes from the start of the region
   * @param target where the bytes go, native or on the heap; its size is the number of bytes to
   *     copy
   * @return the number of bytes copied, less than the size of the target if a later page is missing
   * @throws IndexOutOfBoundsException if the region has fewer bytes from the offset on
   * @throws IllegalArgumentException if the target is read-only
   * @throws IllegalStateException if the region is closed
   * @throws WrongThreadException if the region is confined to another thread
   * @throws MmanException with {@code EFAULT} if the first page is missing, or its protection
   *     forbids reading
   * @throws MmanException with {@code EIO} if a page of the range is {@linkplain #lostPages lost}
   * @throws MmanException with {@code EFAULT} if the first page of the target cannot be written;
   *     the message says that the target is at fault
   * @throws MmanException with {@code EMFILE} or {@code ENFILE} if a pipe is needed, and no
   *     descriptor is free
   * @throws UnsupportedOperationException if the system refuses both process_vm_readv(2) and
   *     pipe(2), or is unknown to this library
   * @throws IllegalCallerException if native access is denied and the region wraps a mapping made
   *     elsewhere
   * @see <a href="https://man7.org/linux/man-pages/man2/process_vm_readv.2.html">
   *     process_vm_readv(2)</a>
   * @see <a href="https://man7.org/linux/man-pages/man7/pipe.7.html">pipe(7)</a>
   */
  public long read(long offset, MemorySegment target) {
    return region.read(offset, target);
  }

  /**
   * Copies bytes into the region through the kernel, for which a missing page is an error and not a
   * signal. So is a page that cannot be allocated because the disk is full. The copy never extends
   * the mapped file.
   *
   * <p>On Linux this is done by process_vm_writev(2), applied to this process itself. Where the
   * system lacks that call or refuses it, the bytes go through a pipe, as described for {@link
   * #read}. They are never written with pwrite(2), which would extend a file that another process
   * truncates at the same moment.
   *
   * <p>If a page of the source cannot be read, the copy ends before that page, too.
   *
   * @param offset where the first byte goes, in bytes from the start of the region
   * @param source the bytes, native or on the heap
   * @return the number of bytes copied, less than the size of the source if a later page is missing
   * @throws IndexOutOfBoundsException if the region has fewer bytes from the offset on
   * @throws IllegalArgumentException if the region wraps a read-only segment
   * @throws IllegalStateException if the region is closed
   * @throws WrongThreadException if the region is confined to another thread
   * @throws MmanException with {@code EFAULT} if the first page is missing or cannot be allocated,
   *     or its protection forbids writing
   * @throws MmanException with {@code EIO} if a page of the range is {@linkplain #lostPages lost}
   * @throws MmanException with {@code EFAULT} if the first page of the source cannot be read; the
   *     message says that the source is at fault
   * @throws MmanException with {@code EMFILE} or {@code ENFILE} if a pipe is needed, and no
   *     descriptor is free
   * @throws UnsupportedOperationException if the system refuses both process_vm_writev(2) and
   *     pipe(2), or is unknown to this library
   * @throws IllegalCallerException if native access is denied and the region wraps a mapping made
   *     elsewhere
   * @see <a href="https://man7.org/linux/man-pages/man2/process_vm_readv.2.html">
   *     process_vm_writev(2)</a>
   * @see <a href="https://man7.org/linux/man-pages/man7/pipe.7.html">pipe(7)</a>
   */
  public long write(long offset, MemorySegment source) {
    return region.write(offset, source);
  }

  /**
   * Returns how many pages the region has lost so far. A page is lost if the kernel could not
   * provide it when it was accessed, and it was replaced by a page of zeros. Only regions mapped
   * with {@link Mapping#surviveBusErrors} lose pages; for others the result is 0.
   *
   * <p>If the file was truncated, the first access to a page after its new end loses all pages from
   * that end on; in a {@linkplain Mapping#mirrored mirrored} region, it loses those of the accessed
   * half only. Otherwise only the page that was accessed is lost. A page that was restored and is
   * lost again counts again. After {@link #split}, this region keeps its count, and the other one
   * begins with the number of its pages that are lost at that moment; {@link #join} does not count
   * those pages twice. A page is counted before any access can see its zeros.
   *
   * <p>Comparing the count before and after a piece of work finds the losses in between, but not
   * pages that were lost earlier and have not been restored: {@link #requireIntact} finds those.
   * The bytes between the end of a truncated file and the end of its last page read as zeros, but
   * that page is not lost.
   *
   * <p>Any thread may call this method, even if the region is confined to another thread or is
   * closed. It takes no lock and makes no system call.
   *
   * @return the number of pages, which never decreases; for explicit huge pages, the number of huge
   *     pages; after the region is closed, the final number
   */
  public long lostPages() {
    return region.lostPages();
  }

  /**
   * Checks that no page of the region is lost at present. The bytes of a lost page are not those of
   * the file, and what is stored there never reaches the file.
   *
   * <p>A loss is not reported at the moment when it happens. The Flight Recorder event {@code
   * io.mman.PagesLost} and {@link MappedRegionsMXBean#getLostPages} include it once the region is
   * checked by this method, {@link #sync()}, {@link #read}, {@link #write} or {@link #restore}, or
   * is shrunk, split, joined or closed.
   *
   * @throws IllegalStateException if the region is closed
   * @throws WrongThreadException if the region is confined to another thread
   * @throws MmanException with {@code EIO} if pages are lost; the message gives their number and
   *     the first lost byte of the region, and {@link MmanException#call} returns {@code
   *     requireIntact}
   */
  public void requireIntact() {
    region.requireIntact();
  }

  /**
   * Maps the file again over those lost pages that it now reaches; the others stay lost. Everything
   * that was stored into a restored page is discarded. No view is revoked. Restored pages are not
   * locked, and advice that was given for them is no longer in effect. Other threads may access the
   * pages at the same time, and may see some pages restored before others. If no page is lost, this
   * method has no effect.
   *
   * @throws IllegalStateException if the region is closed
   * @throws WrongThreadException if the region is confined to another thread
   * @throws MmanException if mmap fails: {@code ENOMEM} at the limit {@code vm.max_map_count}; some
   *     pages may be restored nevertheless
   * @throws MmanException if fstat fails, which reads the length of the file
   * @see <a href="https://man7.org/linux/man-pages/man2/mmap.2.html">mmap(2)</a>
   */
  public void restore() {
    region.restore();
  }

  /**
   * Changes the protection of the pages. If the new protection allows everything that the old one
   * does, no view is revoked; otherwise all existing views are revoked first. If the system call
   * fails after that, the protection is as before, and {@link #segment} returns a new view. Only if
   * the old protection cannot be restored on all pages, {@code segment} throws until the protection
   * is changed.
   *
   * @param p the new protection
   * @return the new view, or an already closed segment if the new protection does not allow reading
   * @throws IllegalArgumentException if the region was mapped from a device other than a block
   *     device, and reaches past its end
   * @throws IllegalStateException if the region is closed
   * @throws IllegalStateException if the region wraps a mapping made elsewhere
   * @throws IllegalStateException if views would have to be revoked, and the region borrows its
   *     lifetime, a {@link Pin} is open, or native code holds a view
   * @throws WrongThreadException if the region is confined to another thread
   * @throws MmanException if mprotect fails: {@code EACCES} if the file was not opened for writing,
   *     is sealed against writing, or is on a file system mounted noexec, {@code ENOMEM} at the
   *     limit {@code vm.max_map_count}, {@code EPERM} if the region is sealed
   * @see <a href="https://man7.org/linux/man-pages/man2/mprotect.2.html">mprotect(2)</a>
   */
  public MemorySegment protect(Protection p) {
    return region.protect(p);
  }

  /**
   * Changes the size of the region. With {@link Mapping#reserve} the region grows in place and no
   * view is revoked. Otherwise growing may move the region, which revokes all views, as shrinking
   * always does. The length of a file never changes: use {@link #extend}, or call {@link
   * NativeFile#resize} first. Anonymous bytes beyond the new size read as zero if the region grows
   * again. Added pages are not locked.
   *
   * @param newSize the new size in bytes
   * @return the new view, or an already closed segment if the protection does not allow reading
   * @throws IllegalArgumentException if the size is negative or too large
   * @throws IllegalArgumentException if the size exceeds the reserve
   * @throws IllegalArgumentException if the region would reach past the end of the file or block
   *     device
   * @throws IllegalStateException if the region is closed
   * @throws IllegalStateException if the region wraps a mapping made elsewhere
   * @throws IllegalStateException if a {@code ChangeTracker} tracks the region
   * @throws IllegalStateException if the region would grow, and was mapped from a path with neither
   *     {@link Mapping#reserve} nor {@link Mapping#surviveBusErrors}, or its {@link NativeFile} is
   *     closed
   * @throws IllegalStateException if views would have to be revoked, and the region borrows its
   *     lifetime, a {@link Pin} is open, or native code holds a view
   * @throws WrongThreadException if the region is confined to another thread
   * @throws UnsupportedOperationException if the region is {@linkplain Mapping#mirrored mirrored}
   * @throws UnsupportedOperationException if shared anonymous memory or explicit huge pages would
   *     grow
   * @throws UnsupportedOperationException if a region of a device other than a block device would
   *     grow, because the size of the device is not known
   * @throws UnsupportedOperationException on systems other than Linux, if a region without a
   *     reserve would grow
   * @throws MmanException if the system call fails; size and bytes are as before. The region is
   *     closed only if it lies in several of the kernel's areas and just some of them have moved
   * @throws MmanException with {@code EPERM} if the region is sealed
   * @see <a href="https://man7.org/linux/man-pages/man2/mremap.2.html">mremap(2)</a>
   */
  public MemorySegment resize(long newSize) {
    return region.resize(newSize, false);
  }

  /**
   * Extends the region together with its file: allocates the blocks of the file from the end of the
   * region up to its new end, makes the file long enough, and then grows the region as {@link
   * #resize} does. On anonymous memory and devices it does the same as {@code resize}. If the disk
   * is full, the length of the file, the size of the region and its views are as before; blocks may
   * stay allocated past the end of the file. {@code extend(size())} extends a file that another
   * process has truncated.
   *
   * @param newSize the new size in bytes, at least {@link #size}
   * @return the new view, or an already closed segment if the protection does not allow reading
   * @throws IllegalArgumentException if the size is less than {@link #size} or too large
   * @throws IllegalArgumentException if the size exceeds the reserve
   * @throws IllegalArgumentException if the region would reach past the end of a block device
   * @throws IllegalStateException if the region is closed
   * @throws IllegalStateException if the region wraps a mapping made elsewhere
   * @throws IllegalStateException if a {@code ChangeTracker} tracks the region
   * @throws IllegalStateException if the region was mapped from a path with neither {@link
   *     Mapping#reserve} nor {@link Mapping#surviveBusErrors}, or its {@link NativeFile} is closed
   * @throws IllegalStateException if views would have to be revoked, and the region borrows its
   *     lifetime or a {@link Pin} is open
   * @throws IllegalStateException if views would have to be revoked, and native code holds one; the
   *     file stays extended
   * @throws WrongThreadException if the region is confined to another thread
   * @throws UnsupportedOperationException as for {@link #resize}, and on macOS and OpenBSD, which
   *     lack posix_fallocate
   * @throws MmanException if fallocate or posix_fallocate fails: {@code ENOSPC} if the disk is
   *     full, {@code EBADF} if the file is not open for writing, {@code EOPNOTSUPP} if its file
   *     system cannot allocate blocks in advance; call {@link NativeFile#resize} and {@link
   *     #resize} then
   * @throws MmanException with {@code EPERM} if the region is sealed
   * @throws MmanException if the region cannot grow, as for {@link #resize}; the file stays
   *     extended
   * @see <a href="https://man7.org/linux/man-pages/man2/fallocate.2.html">fallocate(2)</a>
   */
  public MemorySegment extend(long newSize) {
    return region.resize(newSize, true);
  }

  /**
   * Splits the region in two regions that are independent from then on. Revokes all existing views.
   * A reserve goes to the second region, and guard pages stay on the outer sides.
   *
   * @param offset where the second region begins: the first byte of a page, 0 or {@link #size}. If
   *     this region begins with a page, as it does unless it was mapped from an offset inside a
   *     page of the file, these are the multiples of the page size
   * @return the second region, which owns a lifetime of the same kind as this one
   * @throws IndexOutOfBoundsException if the offset is not in the region
   * @throws IllegalArgumentException if the offset lies inside a page
   * @throws IllegalStateException if the region is closed
   * @throws IllegalStateException if a {@code ChangeTracker} tracks the region
   * @throws IllegalStateException if the region borrows its lifetime, a {@link Pin} is open, or
   *     native code holds a view
   * @throws UnsupportedOperationException if the region is {@linkplain Mapping#mirrored mirrored}
   * @throws WrongThreadException if the region is confined to another thread
   * @throws MmanException with {@code EPERM} if the region is sealed
   */
  public MappedRegion split(long offset) {
    return new MappedRegion(region.split(offset));
  }

  /**
   * Adds the bytes of the region that begins where this one ends, and closes that region: the
   * inverse of {@link #split}. Revokes all existing views of both.
   *
   * @param next the following region, with the same file, kind of mapping, protection and kind of
   *     lifetime; either both regions survive bus errors or neither does
   * @throws IllegalArgumentException if the regions do not fit together
   * @throws IllegalStateException if either region is closed
   * @throws IllegalStateException if a {@code ChangeTracker} tracks either region
   * @throws IllegalStateException if either region borrows its lifetime, a {@link Pin} of it is
   *     open, or native code holds a view of it
   * @throws UnsupportedOperationException if either region is {@linkplain Mapping#mirrored
   *     mirrored}
   * @throws WrongThreadException if either region is confined to another thread
   * @throws MmanException with {@code EPERM} if either region is sealed
   */
  public void join(MappedRegion next) {
    region.join(next.region);
  }

  /**
   * Seals the pages until the process ends: nothing can unmap or move them, or change their
   * protection. No view is revoked. From then on {@link #protect}, {@link #resize}, {@link #split}
   * and {@link #join} throw {@link MmanException} with {@code EPERM}, and {@link #close} revokes
   * the views and leaves the pages mapped.
   *
   * @throws IllegalStateException if the region is closed
   * @throws IllegalStateException if the region borrows its lifetime, because its arena could never
   *     unmap it
   * @throws UnsupportedOperationException if the region is {@linkplain Mapping#mirrored mirrored}
   * @throws UnsupportedOperationException if the region survives bus errors, because sealed pages
   *     cannot be replaced
   * @throws WrongThreadException if the region is confined to another thread
   * @throws MmanException if mseal fails: {@code ENOSYS} before Linux 6.10
   * @throws UnsupportedOperationException on systems other than Linux
   * @see <a href="https://man7.org/linux/man-pages/man2/mseal.2.html">mseal(2)</a>
   */
  public void seal() {
    region.seal();
  }

  /**
   * Keeps the region in its place and in its state, for code that works on the raw address.
   *
   * @return a pin, which must be closed when the address is no longer used
   * @throws IllegalStateException if the region is closed
   * @throws WrongThreadException if the region is confined to another thread
   */
  public Pin pin() {
    return new Pin(region.pin());
  }

  /**
   * Closes the region. Closing it a second time has no effect.
   *
   * <p>A region that owns its lifetime waits for its calls that are in flight on other threads,
   * revokes every view and unmaps the pages. The {@link NativeFile} from which it was mapped stays
   * open.
   *
   * <p>For a region that borrows its lifetime, only this object ends: its methods throw {@link
   * IllegalStateException} from then on. The pages and the views stay until the arena is closed, so
   * that such a region may be used in a try-with-resources statement.
   *
   * @throws IllegalStateException if the region owns its lifetime, and a {@link Pin} is open or
   *     native code holds a view; then nothing has changed
   * @throws IllegalStateException if the region owns its lifetime, and a clean-up calls this method
   *     while a view of the region is being revoked; then nothing has changed
   * @throws WrongThreadException if the region is confined to another thread
   * @throws MmanException with {@code ENOMEM} if the pages cannot be unmapped, because that would
   *     split a mapping at the limit {@code vm.max_map_count}; the views are revoked nevertheless,
   *     and closing the region again tries again
   */
  @Override
  public void close() {
    region.close();
  }

  /**
   * Returns a description of the region.
   *
   * @return size, protection and what the region is mapped from
   */
  @Override
  public String toString() {
    return region.toString();
  }

  /** Hands out the implementation of public objects. {@code Engines} loads it by its name. */
  @SuppressWarnings("UnusedNestedClass")
  private static final class Access extends Engines {
    static {
      provide(new Access());
    }

    @Override
    protected Region regionOf(Object mappedRegion) {
      return ((MappedRegion) mappedRegion).region;
    }

    @Override
    protected OpenFile fileOf(Object nativeFile) {
      return ((NativeFile) nativeFile).file;
    }
  }
}
