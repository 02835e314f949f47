package io.mman;

import io.mman.events.Recorded;
import io.mman.libc.ProcessCalls;
import io.mman.platform.Platform;
import java.lang.foreign.MemorySegment;
import java.util.Set;

/**
 * The thin facade: one static method a system call, with C's name and C's order of arguments.
 *
 * <p><b>These methods are as unsafe as C.</b> Nothing is aligned, clamped or checked that the
 * kernel checks itself; what a segment's bounds allow may have been unmapped or protected long ago,
 * and touching it then kills the JVM. {@link Mapping} is the safe way to the same memory.
 *
 * {@snippet class="io.mman.examples.Snippets" region="facade"}
 *
 * <p>A range is any native segment, so the methods serve memory mapped by {@code FileChannel.map}
 * too. Its arena cannot close while the call runs. Three exceptions are common to all methods with
 * a segment:
 *
 * <ul>
 *   <li>{@link IllegalArgumentException}: the segment is on the Java heap;
 *   <li>{@link IllegalStateException}: its arena is closed;
 *   <li>{@link WrongThreadException}: its arena is confined to another thread.
 * </ul>
 *
 * and three to all methods but {@link #isAvailable}:
 *
 * <ul>
 *   <li>{@link MmanException}: the system call failed; its man page lists the codes;
 *   <li>{@link UnsupportedOperationException}: the platform lacks the function or a flag;
 *   <li>{@link IllegalCallerException}: native access is denied; the message says what to add.
 * </ul>
 *
 * <p>All methods may be called from any thread. Those that can block (all but {@link #pageSize})
 * pin the carrier of a virtual thread while they do.
 */
public final class Mman {
  /** 0 until someone asks: the first map of a program need not. */
  private static long pageSize;

  private Mman() {}

  /**
   * Tells whether the other methods can work: the platform is known, and the JDK grants native
   * access to this module. Asking prints no warning. Where the JDK still grants access with a
   * warning at the first use (no {@code --enable-native-access}), the answer is false before that
   * use.
   *
   * @return true if calls can be made without a warning
   */
  public static boolean isAvailable() {
    return Platform.current() != Platform.UNKNOWN && ProcessCalls.isNativeAccessEnabled();
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
    if (pageSize == 0) {
      pageSize = ProcessCalls.getpagesize();
    }
    return pageSize;
  }

  /**
   * Maps a file or anonymous memory. The segment returned is in the global scope: nothing stops its
   * use after {@link #munmap}, which is the caller's fault and kills the JVM at best.
   *
   * @param addr where to map, {@link MemorySegment#NULL} for anywhere; a hint unless a flag says
   *     more
   * @param length bytes to map; not rounded here, the kernel maps whole pages
   * @param prot what may be done with the pages
   * @param flags exactly one of {@code SHARED PRIVATE SHARED_VALIDATE DROPPABLE}, and any others
   * @param fd the descriptor to map, -1 for anonymous memory
   * @param offset where in the file to begin, in bytes; a multiple of the page size
   * @return the mapped memory, of {@code length} bytes
   * @throws IllegalArgumentException if {@code length} is negative, two flags choose the sharing,
   *     two choose the size of huge pages, or {@code addr} is on the heap
   * @throws MmanException if mmap fails: {@code ENOMEM} names the limit in force and its use
   * @throws UnsupportedOperationException if the platform lacks a flag
   * @see <a href="https://man7.org/linux/man-pages/man2/mmap.2.html">mmap(2)</a>
   */
  public static MemorySegment mmap(
      MemorySegment addr, long length, Protection prot, Set<MapFlag> flags, int fd, long offset) {
    requireLength(length);
    long address = Calls.mmap(addr, length, prot, flags, fd, offset, null);
    return MemorySegment.ofAddress(address).reinterpret(length);
  }

  /**
   * Ends the mappings of a range. Every segment over it is dead from then on, and nothing but the
   * caller knows.
   *
   * @param range whole pages; a part of a mapping will do
   * @throws MmanException if munmap fails: {@code EINVAL} for a misaligned address or an empty
   *     range, {@code ENOMEM} where splitting a mapping would exceed {@code vm.max_map_count}
   * @see <a href="https://man7.org/linux/man-pages/man2/munmap.2.html">munmap(2)</a>
   */
  public static void munmap(MemorySegment range) {
    Calls.munmap(range, null);
  }

  /**
   * Changes what may be done with the pages of a range. Segments over it do not know: a store
   * through one to a page that is now read-only kills the JVM.
   *
   * @param range whole pages
   * @param prot what may be done with them from now on
   * @throws MmanException if mprotect fails: {@code EACCES} where the file was not opened for
   *     writing, {@code ENOMEM} where part of the range is not mapped or {@code vm.max_map_count}
   *     is reached
   * @see <a href="https://man7.org/linux/man-pages/man2/mprotect.2.html">mprotect(2)</a>
   */
  public static void mprotect(MemorySegment range, Protection prot) {
    Calls.mprotect(range, prot, null);
  }

  /**
   * Gives advice on the use of a range, or acts on it. The kernel rounds the length up: advice that
   * discards takes the rest of the last page with it.
   *
   * @param range pages, the address a multiple of the page size
   * @param advice what to do
   * @throws MmanException if madvise fails: {@code EINVAL} where the advice does not apply to such
   *     memory
   * @throws UnsupportedOperationException if the platform lacks the advice
   * @see <a href="https://man7.org/linux/man-pages/man2/madvise.2.html">madvise(2)</a>
   */
  public static void madvise(MemorySegment range, Advice advice) {
    Calls.madvise(range, advice, null);
  }

  /**
   * Writes the changed pages of a range to their file and waits until they are written.
   *
   * @param range pages, the address a multiple of the page size
   * @throws MmanException if msync fails: {@code EIO} where changes may not have reached the file
   * @see <a href="https://man7.org/linux/man-pages/man2/msync.2.html">msync(2)</a>
   */
  public static void msync(MemorySegment range) {
    Calls.msync(range, SyncFlag.SYNC.bits(), null);
  }

  /**
   * Writes the changed pages of a range to their file.
   *
   * @param range pages, the address a multiple of the page size
   * @param flag how
   * @throws MmanException if msync fails: {@code EIO} where changes may not have reached the file,
   *     {@code EBUSY} for {@code INVALIDATE} of a locked range
   * @see <a href="https://man7.org/linux/man-pages/man2/msync.2.html">msync(2)</a>
   */
  public static void msync(MemorySegment range, SyncFlag flag) {
    Calls.msync(range, flag.bits(), null);
  }

  /**
   * As {@link #msync(MemorySegment, SyncFlag)}, with any number of flags. The array of more than
   * one is the one thing that may be left on the heap by a call.
   *
   * @param range pages, the address a multiple of the page size
   * @param flags how; {@link SyncFlag#SYNC} if none is given
   * @throws MmanException if msync fails: {@code EIO} where changes may not have reached the file,
   *     {@code EBUSY} for {@code INVALIDATE} of a locked range
   * @see <a href="https://man7.org/linux/man-pages/man2/msync.2.html">msync(2)</a>
   */
  public static void msync(MemorySegment range, SyncFlag... flags) {
    Calls.msync(range, SyncFlag.bits(flags), null);
  }

  /**
   * Grows, shrinks or moves a mapping. The old range is dead where the mapping moved.
   *
   * @param range the mapping, whole pages
   * @param newLength its new size in bytes
   * @param flags how
   * @return the mapping, of {@code newLength} bytes, in the global scope
   * @throws IllegalArgumentException if {@code newLength} is negative
   * @throws MmanException if mremap fails: {@code ENOMEM} where it cannot grow in place and may not
   *     move, {@code EFAULT} where the range spans several mappings
   * @throws UnsupportedOperationException on other systems than Linux
   * @see <a href="https://man7.org/linux/man-pages/man2/mremap.2.html">mremap(2)</a>
   */
  public static MemorySegment mremap(MemorySegment range, long newLength, Set<RemapFlag> flags) {
    return mremap(range, newLength, flags, MemorySegment.NULL);
  }

  /**
   * As {@link #mremap(MemorySegment, long, Set)}, to an address given with {@link RemapFlag#FIXED}.
   *
   * @param range the mapping, whole pages
   * @param newLength its new size in bytes
   * @param flags how
   * @param newAddr where it goes; whatever is mapped there is unmapped first
   * @return the mapping, of {@code newLength} bytes, in the global scope
   * @throws IllegalArgumentException if {@code newLength} is negative
   * @throws MmanException if mremap fails
   * @throws UnsupportedOperationException on other systems than Linux
   * @see <a href="https://man7.org/linux/man-pages/man2/mremap.2.html">mremap(2)</a>
   */
  public static MemorySegment mremap(
      MemorySegment range, long newLength, Set<RemapFlag> flags, MemorySegment newAddr) {
    requireLength(newLength);
    Recorded recorded = Recorded.begin(Recorded.Kind.RESIZE);
    MemorySegment resized = Calls.mremap(range, newLength, flags, newAddr);
    if (recorded != null) {
      recorded.end(resized.address(), newLength, Words.of(flags), null);
    }
    return resized;
  }

  /**
   * Faults a range in and keeps it in memory. Locks do not nest: one {@link #munlock} undoes any
   * number of them.
   *
   * @param range pages
   * @throws MmanException if mlock fails: {@code ENOMEM} where {@code RLIMIT_MEMLOCK} is reached,
   *     part of the range is not mapped or lies past the end of the file
   * @see <a href="https://man7.org/linux/man-pages/man2/mlock.2.html">mlock(2)</a>
   */
  public static void mlock(MemorySegment range) {
    Calls.mlock(range, null);
  }

  /**
   * Keeps a range in memory, as the flag says.
   *
   * @param range pages
   * @param flag {@link LockFlag#ONFAULT} to lock pages only as they are touched
   * @throws MmanException if mlock2 fails: {@code ENOMEM} where {@code RLIMIT_MEMLOCK} is reached
   *     or part of the range is not mapped
   * @see <a href="https://man7.org/linux/man-pages/man2/mlock2.2.html">mlock2(2)</a>
   */
  public static void mlock(MemorySegment range, LockFlag flag) {
    Calls.mlock2(range, flag.bits(), null);
  }

  /**
   * As {@link #mlock(MemorySegment)} without a flag, as {@link #mlock(MemorySegment, LockFlag)}
   * with one.
   *
   * @param range pages
   * @param flags {@link LockFlag#ONFAULT} or none
   * @throws MmanException if mlock, or with a flag mlock2, fails
   * @see <a href="https://man7.org/linux/man-pages/man2/mlock.2.html">mlock(2)</a>
   */
  public static void mlock(MemorySegment range, LockFlag... flags) {
    int bits = LockFlag.bits(flags);
    if (bits == 0) {
      Calls.mlock(range, null);
    } else {
      Calls.mlock2(range, bits, null);
    }
  }

  /**
   * Lets the pages of a range be reclaimed again.
   *
   * @param range pages
   * @throws MmanException if munlock fails
   * @see <a href="https://man7.org/linux/man-pages/man2/mlock.2.html">munlock(2)</a>
   */
  public static void munlock(MemorySegment range) {
    Calls.munlock(range, null);
  }

  /**
   * Keeps the whole process in memory, the Java heap included.
   *
   * @param flags at least one of {@code CURRENT} and {@code FUTURE}
   * @throws MmanException if mlockall fails: {@code EINVAL} without a flag, {@code ENOMEM} and
   *     {@code EPERM} by {@code RLIMIT_MEMLOCK}
   * @see <a href="https://man7.org/linux/man-pages/man2/mlockall.2.html">mlockall(2)</a>
   */
  public static void mlockall(LockAllFlag... flags) {
    Calls.mlockall(flags);
  }

  /**
   * Lets the pages of the whole process be reclaimed again.
   *
   * @throws MmanException if munlockall fails
   * @see <a href="https://man7.org/linux/man-pages/man2/mlockall.2.html">munlockall(2)</a>
   */
  public static void munlockall() {
    Calls.munlockall();
  }

  /**
   * Tells which pages of a range are in memory. Since Linux 5.2 every page counts as resident for a
   * file that the caller neither owns nor may write.
   *
   * @param range pages, the address a multiple of the page size
   * @param vec takes one byte a page, the lowest bit of which says that the page is resident;
   *     native
   * @throws IllegalArgumentException if {@code vec} has fewer bytes than the range has pages, is
   *     read-only or on the heap
   * @throws MmanException if mincore fails: {@code ENOMEM} where part of the range is not mapped
   * @see <a href="https://man7.org/linux/man-pages/man2/mincore.2.html">mincore(2)</a>
   */
  public static void mincore(MemorySegment range, MemorySegment vec) {
    if (vec.isReadOnly()) {
      throw new IllegalArgumentException("vec is read-only");
    }
    long pages = Math.ceilDiv(range.byteSize(), pageSize());
    if (vec.byteSize() < pages) {
      throw new IllegalArgumentException(
          "vec has " + vec.byteSize() + " bytes, the range has " + pages + " pages");
    }
    Calls.mincore(range, vec, null);
  }

  /**
   * Seals a range until the process ends: no call can unmap it, move it or change its protection
   * any more. Linux 6.10.
   *
   * @param range whole pages
   * @throws MmanException if mseal fails: {@code ENOSYS} on an older kernel
   * @throws UnsupportedOperationException on other systems than Linux
   * @see <a href="https://man7.org/linux/man-pages/man2/mseal.2.html">mseal(2)</a>
   */
  public static void mseal(MemorySegment range) {
    Calls.mseal(range);
  }

  private static void requireLength(long length) {
    if (length < 0) {
      throw new IllegalArgumentException("length is negative: " + length);
    }
  }
}
