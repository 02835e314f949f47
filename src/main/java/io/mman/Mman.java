package io.mman;

import io.mman.internal.call.AdviceBatch;
import io.mman.internal.call.FlagBits;
import io.mman.internal.call.SystemCalls;
import io.mman.internal.libc.ProcessCalls;
import io.mman.internal.platform.Platform;
import io.mman.internal.signal.BusHandler;
import java.lang.foreign.MemorySegment;
import java.util.Set;

/**
 * The thin facade: one static method for each system call, with the name and the argument order
 * that it has in C.
 *
 * <p><b>These methods are as unsafe as C.</b> They align and clamp nothing, and check nothing that
 * the kernel checks itself. Memory inside a segment's bounds may have been unmapped or protected
 * long ago, and accessing it then crashes the JVM. {@link Mapping} gives safe access to the same
 * memory.
 *
 * {@snippet class="io.mman.examples.Snippets" region="facade"}
 *
 * <p>A range is any native segment, so that the methods also work on memory that was mapped by
 * {@code FileChannel.map}. Its arena cannot be closed while the call runs.
 *
 * <p>All methods may be called from any thread. All but {@link #pageSize} may block, and pin the
 * carrier of a virtual thread while they do.
 */
public final class Mman {
  private Mman() {}

  /**
   * Returns whether the other methods can work: whether the platform is known, and the JDK grants
   * native access to this module. The question causes no warning. If the JDK grants access with a
   * warning at the first use, because {@code --enable-native-access} is missing, the answer is
   * false before that use.
   *
   * @return true if calls can be made without a warning
   */
  public static boolean isAvailable() {
    return Platform.current() != Platform.UNKNOWN && ProcessCalls.isNativeAccessEnabled();
  }

  /**
   * Returns whether regions can survive bus errors, so that {@link Mapping#surviveBusErrors} is
   * possible. They can on Linux on x86-64 and arm64, unless the system denies executable memory or
   * the system property {@code io.mman.busErrors} is {@code deny}. This method installs no signal
   * handler. Where regions cannot survive, mapping one throws {@link
   * UnsupportedOperationException}, whose message gives the reason.
   *
   * @return true if regions can survive bus errors
   * @throws IllegalCallerException if native access is denied
   */
  public static boolean survivesBusErrors() {
    return BusHandler.isSupported();
  }

  /**
   * Returns the size of a page of memory.
   *
   * @return the size in bytes, a power of two: 4096, 16384 or 65536 on most systems
   * @throws UnsupportedOperationException if the platform is not known
   * @throws IllegalCallerException if native access is denied
   * @see <a href="https://man7.org/linux/man-pages/man2/getpagesize.2.html">getpagesize(2)</a>
   */
  public static long pageSize() {
    return ProcessCalls.pageSize();
  }

  /**
   * Maps a file or anonymous memory. The returned segment belongs to the global scope, so that
   * nothing prevents its use after {@link #munmap}. That would be an error of the caller, and at
   * best crash the JVM.
   *
   * @param addr the address to map at, or {@link MemorySegment#NULL} for any; it is a hint unless a
   *     flag says otherwise
   * @param length the number of bytes to map; the kernel maps whole pages
   * @param prot the protection of the pages
   * @param flags exactly one of {@code SHARED PRIVATE SHARED_VALIDATE DROPPABLE}, and any others
   * @param fd the descriptor of the file to map, or -1 for anonymous memory
   * @param offset where the mapping begins in the file, in bytes; a multiple of the page size
   * @return the mapped memory, of {@code length} bytes
   * @throws IllegalArgumentException if {@code length} is negative
   * @throws IllegalArgumentException if two flags choose the sharing or the size of huge pages
   * @throws IllegalArgumentException if {@code addr} is on the Java heap
   * @throws IllegalStateException if the arena of {@code addr} is closed
   * @throws WrongThreadException if the arena of {@code addr} is confined to another thread
   * @throws MmanException if mmap fails; for {@code ENOMEM} the message contains the limit in force
   *     and how much of it is used
   * @throws UnsupportedOperationException if the platform lacks a flag
   * @throws IllegalCallerException if native access is denied
   * @see <a href="https://man7.org/linux/man-pages/man2/mmap.2.html">mmap(2)</a>
   */
  public static MemorySegment mmap(
      MemorySegment addr, long length, Protection prot, Set<MapFlag> flags, int fd, long offset) {
    return SystemCalls.mmapSegment(addr, length, prot, flags, fd, offset);
  }

  /**
   * Unmaps a range. No segment over the range may be used from then on, which the caller has to
   * ensure.
   *
   * @param range whole pages; they may be part of a mapping
   * @throws IllegalArgumentException if the segment is on the Java heap
   * @throws IllegalStateException if the segment's arena is closed
   * @throws WrongThreadException if the segment's arena is confined to another thread
   * @throws MmanException if munmap fails: {@code EINVAL} if the range is empty, or if the address
   *     is misaligned, which FreeBSD rounds down instead; {@code ENOMEM} if splitting a mapping
   *     would exceed {@code vm.max_map_count}
   * @throws IllegalCallerException if native access is denied
   * @see <a href="https://man7.org/linux/man-pages/man2/munmap.2.html">munmap(2)</a>
   */
  public static void munmap(MemorySegment range) {
    SystemCalls.munmapSegment(range);
  }

  /**
   * Changes the protection of a range. Segments over the range do not change: a store through one
   * of them to a page that is now read-only crashes the JVM.
   *
   * @param range whole pages
   * @param prot the new protection
   * @throws IllegalArgumentException if the segment is on the Java heap
   * @throws IllegalStateException if the segment's arena is closed
   * @throws WrongThreadException if the segment's arena is confined to another thread
   * @throws MmanException if mprotect fails: {@code EACCES} if the file was not opened for writing,
   *     {@code EINVAL} if the address is misaligned, which musl and FreeBSD round down instead;
   *     {@code ENOMEM} if part of the range is not mapped or {@code vm.max_map_count} is reached
   * @throws IllegalCallerException if native access is denied
   * @see <a href="https://man7.org/linux/man-pages/man2/mprotect.2.html">mprotect(2)</a>
   */
  public static void mprotect(MemorySegment range, Protection prot) {
    SystemCalls.mprotect(range, prot, null);
  }

  /**
   * Gives advice on the use of a range, or acts on the range. The kernel rounds the length up, so
   * that advice that discards bytes also discards those that follow in the last page.
   *
   * @param range pages; the address is a multiple of the page size
   * @param advice the advice
   * @throws IllegalArgumentException if the segment is on the Java heap
   * @throws IllegalStateException if the segment's arena is closed
   * @throws WrongThreadException if the segment's arena is confined to another thread
   * @throws MmanException if madvise fails: {@code EINVAL} if the advice does not apply to such
   *     memory
   * @throws UnsupportedOperationException if the platform lacks the advice
   * @throws IllegalCallerException if native access is denied
   * @see <a href="https://man7.org/linux/man-pages/man2/madvise.2.html">madvise(2)</a>
   */
  public static void madvise(MemorySegment range, Advice advice) {
    SystemCalls.madvise(range, advice, null, false);
  }

  /**
   * Gives the same advice for many ranges, in the order of the array. The result is that of {@link
   * #madvise(MemorySegment, Advice)} for one range after the other, with fewer system calls:
   * process_madvise(2) takes up to 1024 ranges whose segments belong to the same arena. Where the
   * kernel lacks that call, refuses it, or does not accept the advice there, each range takes one
   * call of madvise(2). Before Linux 6.13 the kernel accepts little advice in that call, and only
   * from a process with the capability {@code CAP_SYS_NICE}.
   *
   * <p>If a range fails, the ranges before it have been advised, and those after it have not.
   *
   * @param ranges pages; each address is a multiple of the page size. All segments are checked
   *     before the first system call
   * @param advice the advice
   * @throws IllegalArgumentException if a segment is on the Java heap
   * @throws IllegalStateException if a segment's arena is closed; if that happens after the check,
   *     earlier ranges may have been advised
   * @throws WrongThreadException if a segment's arena is confined to another thread
   * @throws MmanException if the advice fails for a range; {@link MmanException#call} returns
   *     {@code madvise}, and the message gives the address of the range
   * @throws UnsupportedOperationException if the platform lacks the advice
   * @throws IllegalCallerException if native access is denied
   * @see <a href="https://man7.org/linux/man-pages/man2/process_madvise.2.html">
   *     process_madvise(2)</a>
   */
  public static void madvise(MemorySegment[] ranges, Advice advice) {
    AdviceBatch.advise(ranges, advice);
  }

  /**
   * Writes the changed pages of a range to their file, and waits until they are written.
   *
   * @param range pages; the address is a multiple of the page size
   * @throws IllegalArgumentException if the segment is on the Java heap
   * @throws IllegalStateException if the segment's arena is closed
   * @throws WrongThreadException if the segment's arena is confined to another thread
   * @throws MmanException if msync fails: {@code EIO} if changes may not have reached the file
   * @throws IllegalCallerException if native access is denied
   * @see <a href="https://man7.org/linux/man-pages/man2/msync.2.html">msync(2)</a>
   */
  public static void msync(MemorySegment range) {
    SystemCalls.msync(range, SyncFlag.SYNC.bits(), null, false);
  }

  /**
   * Writes the changed pages of a range to their file.
   *
   * @param range pages; the address is a multiple of the page size
   * @param flag the flag
   * @throws IllegalArgumentException if the segment is on the Java heap
   * @throws IllegalStateException if the segment's arena is closed
   * @throws WrongThreadException if the segment's arena is confined to another thread
   * @throws MmanException if msync fails: {@code EIO} if changes may not have reached the file,
   *     {@code EBUSY} for {@code INVALIDATE} of a locked range
   * @throws UnsupportedOperationException if the platform lacks the flag
   * @throws IllegalCallerException if native access is denied
   * @see <a href="https://man7.org/linux/man-pages/man2/msync.2.html">msync(2)</a>
   */
  public static void msync(MemorySegment range, SyncFlag flag) {
    SystemCalls.msync(range, flag.bits(), null, false);
  }

  /**
   * Writes the changed pages of a range to their file. With two flags or more, the array that the
   * compiler creates for them may be allocated on the heap; the other overloads allocate nothing.
   *
   * @param range pages; the address is a multiple of the page size
   * @param flags the flags; {@link SyncFlag#SYNC} if none is given
   * @throws IllegalArgumentException if the segment is on the Java heap
   * @throws IllegalStateException if the segment's arena is closed
   * @throws WrongThreadException if the segment's arena is confined to another thread
   * @throws MmanException if msync fails: {@code EIO} if changes may not have reached the file,
   *     {@code EBUSY} for {@code INVALIDATE} of a locked range
   * @throws UnsupportedOperationException if the platform lacks a flag
   * @throws IllegalCallerException if native access is denied
   * @see <a href="https://man7.org/linux/man-pages/man2/msync.2.html">msync(2)</a>
   */
  public static void msync(MemorySegment range, SyncFlag... flags) {
    SystemCalls.msync(range, FlagBits.sync(flags), null, false);
  }

  /**
   * Changes the size of a mapping, and may move it. If the mapping moves, the old range must not be
   * used any more.
   *
   * @param range the mapping, whole pages
   * @param newLength the new size in bytes
   * @param flags the flags
   * @return the mapping, of {@code newLength} bytes, in the global scope
   * @throws IllegalArgumentException if {@code newLength} is negative
   * @throws IllegalArgumentException if the segment is on the Java heap
   * @throws IllegalStateException if the segment's arena is closed
   * @throws WrongThreadException if the segment's arena is confined to another thread
   * @throws MmanException if mremap fails: {@code ENOMEM} if the mapping cannot grow in place and
   *     may not move, {@code EFAULT} if the range spans several mappings
   * @throws UnsupportedOperationException on systems other than Linux; the function of NetBSD takes
   *     other arguments
   * @throws IllegalCallerException if native access is denied
   * @see <a href="https://man7.org/linux/man-pages/man2/mremap.2.html">mremap(2)</a>
   */
  public static MemorySegment mremap(MemorySegment range, long newLength, Set<RemapFlag> flags) {
    return mremap(range, newLength, flags, MemorySegment.NULL);
  }

  /**
   * Changes the size of a mapping and, with {@link RemapFlag#FIXED}, moves it to an address.
   *
   * @param range the mapping, whole pages
   * @param newLength the new size in bytes
   * @param flags the flags
   * @param newAddr the new address; whatever is mapped there is unmapped first
   * @return the mapping, of {@code newLength} bytes, in the global scope
   * @throws IllegalArgumentException if {@code newLength} is negative
   * @throws IllegalArgumentException if a segment is on the Java heap
   * @throws IllegalStateException if a segment's arena is closed
   * @throws WrongThreadException if a segment's arena is confined to another thread
   * @throws MmanException if mremap fails: {@code ENOMEM} if the mapping cannot grow, {@code
   *     EFAULT} if the range spans several mappings, {@code EINVAL} if an address is misaligned
   * @throws UnsupportedOperationException on systems other than Linux; the function of NetBSD takes
   *     other arguments
   * @throws IllegalCallerException if native access is denied
   * @see <a href="https://man7.org/linux/man-pages/man2/mremap.2.html">mremap(2)</a>
   */
  public static MemorySegment mremap(
      MemorySegment range, long newLength, Set<RemapFlag> flags, MemorySegment newAddr) {
    return SystemCalls.mremapRecorded(range, newLength, flags, newAddr);
  }

  /**
   * Faults a range in and locks it in memory. Locks do not nest: a single {@link #munlock} undoes
   * any number of them.
   *
   * @param range pages
   * @throws IllegalArgumentException if the segment is on the Java heap
   * @throws IllegalStateException if the segment's arena is closed
   * @throws WrongThreadException if the segment's arena is confined to another thread
   * @throws MmanException if mlock fails: {@code ENOMEM} if {@code RLIMIT_MEMLOCK} is reached, or
   *     part of the range is not mapped or past the end of the file
   * @throws IllegalCallerException if native access is denied
   * @see <a href="https://man7.org/linux/man-pages/man2/mlock.2.html">mlock(2)</a>
   */
  public static void mlock(MemorySegment range) {
    SystemCalls.mlock(range, null, false);
  }

  /**
   * Locks a range in memory as a flag says.
   *
   * @param range pages
   * @param flag {@link LockFlag#ONFAULT} to lock each page when it is first touched
   * @throws IllegalArgumentException if the segment is on the Java heap
   * @throws IllegalStateException if the segment's arena is closed
   * @throws WrongThreadException if the segment's arena is confined to another thread
   * @throws MmanException if mlock2 fails: {@code ENOMEM} if {@code RLIMIT_MEMLOCK} is reached or
   *     part of the range is not mapped
   * @throws UnsupportedOperationException if the platform lacks the flag
   * @throws IllegalCallerException if native access is denied
   * @see <a href="https://man7.org/linux/man-pages/man2/mlock2.2.html">mlock2(2)</a>
   */
  public static void mlock(MemorySegment range, LockFlag flag) {
    SystemCalls.mlock2(range, flag.bits(), null, false);
  }

  /**
   * Locks a range in memory: without a flag as {@link #mlock(MemorySegment)}, with a flag as {@link
   * #mlock(MemorySegment, LockFlag)}.
   *
   * @param range pages
   * @param flags {@link LockFlag#ONFAULT} or none
   * @throws IllegalArgumentException if the segment is on the Java heap
   * @throws IllegalStateException if the segment's arena is closed
   * @throws WrongThreadException if the segment's arena is confined to another thread
   * @throws MmanException if mlock, or with a flag mlock2, fails: {@code ENOMEM} if {@code
   *     RLIMIT_MEMLOCK} is reached or part of the range is not mapped
   * @throws UnsupportedOperationException if the platform lacks the flag
   * @throws IllegalCallerException if native access is denied
   * @see <a href="https://man7.org/linux/man-pages/man2/mlock.2.html">mlock(2)</a>
   */
  public static void mlock(MemorySegment range, LockFlag... flags) {
    SystemCalls.mlock(range, FlagBits.lock(flags), null, false);
  }

  /**
   * Unlocks a range, so that the kernel may reclaim its pages again.
   *
   * @param range pages
   * @throws IllegalArgumentException if the segment is on the Java heap
   * @throws IllegalStateException if the segment's arena is closed
   * @throws WrongThreadException if the segment's arena is confined to another thread
   * @throws MmanException if munlock fails: {@code ENOMEM} if part of the range is not mapped
   * @throws IllegalCallerException if native access is denied
   * @see <a href="https://man7.org/linux/man-pages/man2/mlock.2.html">munlock(2)</a>
   */
  public static void munlock(MemorySegment range) {
    SystemCalls.munlock(range, null);
  }

  /**
   * Locks the memory of the whole process, including the Java heap.
   *
   * @param flags at least one of {@code CURRENT} and {@code FUTURE}
   * @throws MmanException if mlockall fails: {@code EINVAL} without a flag, {@code ENOMEM} or
   *     {@code EPERM} because of {@code RLIMIT_MEMLOCK}
   * @throws UnsupportedOperationException if the platform lacks a flag
   * @throws IllegalCallerException if native access is denied
   * @see <a href="https://man7.org/linux/man-pages/man2/mlockall.2.html">mlockall(2)</a>
   */
  public static void mlockall(LockAllFlag... flags) {
    SystemCalls.mlockall(flags);
  }

  /**
   * Unlocks the memory of the whole process.
   *
   * @throws MmanException if munlockall fails
   * @throws IllegalCallerException if native access is denied
   * @see <a href="https://man7.org/linux/man-pages/man2/mlockall.2.html">munlockall(2)</a>
   */
  public static void munlockall() {
    SystemCalls.munlockall();
  }

  /**
   * Reports which pages of a range are in memory. Since Linux 5.2 every page is reported as
   * resident for a file that the caller neither owns nor may write.
   *
   * @param range pages; the address is a multiple of the page size
   * @param vec native memory that receives one byte for each page, the lowest bit of which is set
   *     if the page is resident
   * @throws IllegalArgumentException if {@code vec} has fewer bytes than the range has pages
   * @throws IllegalArgumentException if {@code vec} is read-only
   * @throws IllegalArgumentException if a segment is on the Java heap
   * @throws IllegalStateException if a segment's arena is closed
   * @throws WrongThreadException if a segment's arena is confined to another thread
   * @throws MmanException if mincore fails: {@code ENOMEM} if part of the range is not mapped
   * @throws UnsupportedOperationException on OpenBSD, which lacks the function
   * @throws IllegalCallerException if native access is denied
   * @see <a href="https://man7.org/linux/man-pages/man2/mincore.2.html">mincore(2)</a>
   */
  public static void mincore(MemorySegment range, MemorySegment vec) {
    SystemCalls.mincoreChecked(range, vec);
  }

  /**
   * Seals a range until the process ends: no call can unmap it, move it or change its protection.
   *
   * @param range whole pages
   * @throws IllegalArgumentException if the segment is on the Java heap
   * @throws IllegalStateException if the segment's arena is closed
   * @throws WrongThreadException if the segment's arena is confined to another thread
   * @throws MmanException if mseal fails: {@code ENOSYS} before Linux 6.10
   * @throws UnsupportedOperationException on systems other than Linux
   * @throws IllegalCallerException if native access is denied
   * @see <a href="https://man7.org/linux/man-pages/man2/mseal.2.html">mseal(2)</a>
   */
  public static void mseal(MemorySegment range) {
    SystemCalls.mseal(range);
  }
}
