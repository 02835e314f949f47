package io.mman;

import io.mman.internal.file.FileLength;
import io.mman.internal.file.FileLock;
import io.mman.internal.file.FileOpener;
import io.mman.internal.file.FileSeals;
import io.mman.internal.file.FileTransfer;
import io.mman.internal.file.OpenFile;
import io.mman.internal.file.OpenRequest;
import java.lang.foreign.MemorySegment;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.util.Set;

/**
 * An open file that can be mapped: a file, a device, a file in memory, or a POSIX shared-memory
 * object.
 *
 * {@snippet class="io.mman.examples.Snippets" region="sealed"}
 *
 * <p>{@link #read} and {@link #write} move bytes between the file and any memory without a mapping
 * in between. A medium that fails, or a file that another process truncates, is then an exception
 * or a smaller number of bytes, never a signal. Flags say for one call what it may wait for:
 *
 * {@snippet class="io.mman.examples.Snippets" region="transfer"}
 *
 * <p>All methods may be called from any thread. A call that a signal interrupts ({@code EINTR}) is
 * made again, except by {@link #close}.
 *
 * <p><b>Virtual threads.</b> {@code read}, {@code write}, {@code sync}, {@code syncData} and {@code
 * allocate} may wait for the medium: when a virtual thread calls one of them, a daemon thread of
 * the library makes the system call, and the virtual thread parks until it is done. Its carrier is
 * free meanwhile. An interrupt does not end the call, and the interrupt status is kept. The page <a
 * href="doc-files/stalls.html">Stalls</a> says more about this. The other methods block the carrier
 * while the kernel works, except for {@code lock}, which parks between its attempts.
 */
public final class NativeFile implements AutoCloseable {
  final OpenFile file;

  private NativeFile(OpenFile file) {
    this.file = file;
  }

  /**
   * Opens a file or a device. The options have the meaning that they have for {@code
   * FileChannel.open}, with four differences. {@code WRITE} opens for reading too, because a
   * write-only descriptor cannot be mapped. The descriptor is closed when the process executes
   * another program ({@code O_CLOEXEC}). {@code TRUNCATE_EXISTING} never truncates a file under
   * live regions of this process. {@code ExtendedOpenOption.DIRECT} makes {@link #read} and {@link
   * #write} bypass the page cache, and has no effect on mapped memory.
   *
   * @param path the file, on the default file system; it is passed to the kernel byte for byte
   * @param options how to open the file; {@code READ} if none is given. {@code CREATE}, {@code
   *     CREATE_NEW} and {@code TRUNCATE_EXISTING} without {@code WRITE} are ignored. A new file has
   *     the permissions 0666 less the umask
   * @return the open file
   * @throws IllegalStateException for {@code TRUNCATE_EXISTING} if live regions of this process map
   *     the file, by this name or any other, because they would lose pages
   * @throws MmanException if open fails: {@code ENOENT}, {@code EACCES}, {@code EEXIST}, {@code
   *     EMFILE} …; {@code EINVAL} if the file system or the device does not support {@code DIRECT}
   * @throws MmanException if ftruncate fails, for {@code TRUNCATE_EXISTING}
   * @throws UnsupportedOperationException for {@code APPEND}, {@code DELETE_ON_CLOSE} and unknown
   *     options, and for {@code DIRECT} on macOS and OpenBSD
   * @throws java.nio.file.ProviderMismatchException if the path belongs to another file system
   *     provider
   * @throws IllegalCallerException if native access is denied
   * @see <a href="https://man7.org/linux/man-pages/man2/open.2.html">open(2)</a>
   */
  public static NativeFile open(Path path, OpenOption... options) {
    return new NativeFile(FileOpener.open(path, options));
  }

  /**
   * Opens a file or a device, with attributes for a file that is created. In all other respects it
   * is the same as {@link #open(Path, OpenOption...)}.
   *
   * @param path the file, on the default file system; it is passed to the kernel byte for byte
   * @param options how to open the file; {@code READ} if none is given
   * @param attributes {@code PosixFilePermissions.asFileAttribute(…)}, less the umask
   * @return the open file
   * @throws IllegalStateException for {@code TRUNCATE_EXISTING} if live regions of this process map
   *     the file, by this name or any other, because they would lose pages
   * @throws MmanException if open fails: {@code ENOENT}, {@code EACCES}, {@code EEXIST}, {@code
   *     EMFILE} …
   * @throws MmanException if ftruncate fails, for {@code TRUNCATE_EXISTING}
   * @throws UnsupportedOperationException for {@code APPEND}, {@code DELETE_ON_CLOSE}, unknown
   *     options and other attributes
   * @throws java.nio.file.ProviderMismatchException if the path belongs to another file system
   *     provider
   * @throws IllegalCallerException if native access is denied
   */
  public static NativeFile open(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes) {
    return new NativeFile(FileOpener.open(path, OpenRequest.of(options, attributes)));
  }

  /**
   * Takes over an open descriptor, for example one that was inherited or received. It belongs to
   * this object from then on, and {@link #close} closes it.
   *
   * @param fd the descriptor
   * @return the file; its {@link #path} is its entry in {@code /proc} or {@code /dev/fd}
   * @throws IllegalArgumentException if {@code fd} is negative
   * @throws MmanException with {@code EBADF} if the descriptor is not open
   * @throws IllegalCallerException if native access is denied
   */
  public static NativeFile adopt(int fd) {
    return new NativeFile(FileOpener.adopt(fd));
  }

  /**
   * Creates a file in memory, which has no name. Other processes open it by its {@link #path} or
   * inherit its descriptor.
   *
   * @param label the name that {@code /proc} shows, at most 249 bytes; it need not be unique
   * @param size the length in bytes; with {@code HUGETLB} a multiple of the huge page size
   * @param flags the flags of memfd_create(2), if any
   * @return the open file
   * @throws IllegalArgumentException if the size is negative
   * @throws IllegalArgumentException if the label contains NUL
   * @throws IllegalArgumentException if two sizes of huge pages are given
   * @throws MmanException if memfd_create or ftruncate fails
   * @throws UnsupportedOperationException if the platform lacks memfd_create or a flag
   * @throws IllegalCallerException if native access is denied
   * @see <a href="https://man7.org/linux/man-pages/man2/memfd_create.2.html">memfd_create(2)</a>
   */
  public static NativeFile memory(String label, long size, MemfdFlag... flags) {
    return new NativeFile(FileOpener.memory(label, size, flags));
  }

  /**
   * Opens a POSIX shared-memory object. A new object has the length 0 and the permissions 0600 less
   * the umask.
   *
   * @param name the name, which should begin with a slash and contain no other
   * @param options how to open the object, as for {@link #open(Path, OpenOption...)}
   * @return the open object
   * @throws IllegalArgumentException if the name contains NUL
   * @throws IllegalArgumentException if the name is {@code .} or {@code ..}, or is that of a
   *     directory, a pipe or a device, which shm_open would open as well
   * @throws IllegalStateException for {@code TRUNCATE_EXISTING} if live regions of this process map
   *     the object, because they would lose pages
   * @throws MmanException if shm_open fails: {@code ENOENT}, {@code EACCES}, {@code EEXIST} …;
   *     {@code EINVAL} if the name is empty or has a second slash
   * @throws MmanException if ftruncate fails, for {@code TRUNCATE_EXISTING}
   * @throws UnsupportedOperationException for {@code APPEND}, {@code DELETE_ON_CLOSE} and unknown
   *     options
   * @throws IllegalCallerException if native access is denied
   * @see <a href="https://man7.org/linux/man-pages/man3/shm_open.3.html">shm_open(3)</a>
   */
  public static NativeFile sharedMemory(String name, OpenOption... options) {
    return new NativeFile(FileOpener.sharedMemory(name, options));
  }

  /**
   * Removes the name of a POSIX shared-memory object. The object itself exists until every process
   * has closed and unmapped it.
   *
   * @param name the name
   * @throws IllegalArgumentException if the name contains NUL
   * @throws IllegalArgumentException if the name is {@code .} or {@code ..}
   * @throws MmanException if shm_unlink fails: {@code ENOENT} if there is no such object
   * @throws IllegalCallerException if native access is denied
   * @see <a href="https://man7.org/linux/man-pages/man3/shm_unlink.3p.html">shm_unlink(3p)</a>
   */
  public static void unlinkSharedMemory(String name) {
    FileOpener.unlinkSharedMemory(name);
  }

  /**
   * Returns the descriptor, for code that needs its number. It still belongs to this object: it
   * must not be closed, nor used after {@link #close}.
   *
   * @return the number of the descriptor
   * @throws IllegalStateException if the file is closed
   */
  public int fd() {
    return file.fd();
  }

  /**
   * Returns the path of the file. For a file in memory and an adopted descriptor this is {@code
   * /proc/PID/fd/N}, which another process of the same user can open as long as this process keeps
   * the file open. For a shared-memory object it is {@code /dev/shm/NAME}. On systems other than
   * Linux, it is {@code /dev/fd/N}, which names another file in another process, and the name of
   * the object.
   *
   * @return the path
   */
  public Path path() {
    return file.path();
  }

  /**
   * Returns the length of the file.
   *
   * @return the length in bytes; 0 for a device
   * @throws IllegalStateException if the file is closed
   * @throws MmanException if fstat fails
   * @see <a href="https://man7.org/linux/man-pages/man2/fstat.2.html">fstat(2)</a>
   */
  public long size() {
    return file.size();
  }

  /**
   * Sets the length of the file. New bytes read as zero and have no disk blocks until they are
   * written; use {@link #allocate} to allocate blocks.
   *
   * @param size the new length in bytes
   * @throws IllegalArgumentException if the length is negative
   * @throws IllegalStateException if the file is closed
   * @throws IllegalStateException if live regions of this process reach past the new end, because
   *     they would lose pages, no matter by which name or descriptor they were mapped
   * @throws MmanException if ftruncate fails: {@code EINVAL} if the file is not open for writing,
   *     {@code EPERM} if a seal forbids it
   * @see <a href="https://man7.org/linux/man-pages/man2/ftruncate.2.html">ftruncate(2)</a>
   */
  public void resize(long size) {
    FileLength.resize(file, size);
  }

  /**
   * Allocates the disk blocks of a range, and extends the file to the end of the range if it is
   * shorter. After that no store to the range can fail for lack of space, except on file systems
   * that copy on write, such as btrfs and ZFS. If the disk fills up, part of the range may already
   * be allocated.
   *
   * @param offset the first byte of the range
   * @param length the size of the range in bytes
   * @throws IllegalArgumentException if either is negative
   * @throws IllegalStateException if the file is closed
   * @throws MmanException if posix_fallocate fails: {@code ENOSPC} if the disk is full, {@code
   *     EBADF} if the file is not open for writing
   * @throws UnsupportedOperationException on macOS and OpenBSD, which lack the function
   * @see <a
   *     href="https://man7.org/linux/man-pages/man3/posix_fallocate.3.html">posix_fallocate(3)</a>
   */
  public void allocate(long offset, long length) {
    FileLength.allocate(file, offset, length);
  }

  /**
   * Writes the data and metadata of the file to its medium: fsync(2), or {@code F_FULLFSYNC} on
   * macOS, where fsync leaves them in the cache of the drive. On systems other than Linux, changes
   * made through a mapping must be written to the file by {@link MappedRegion#sync()} first.
   *
   * @throws IllegalStateException if the file is closed
   * @throws MmanException if fsync fails: {@code EIO} if data did not reach the medium
   * @see <a href="https://man7.org/linux/man-pages/man2/fsync.2.html">fsync(2)</a>
   */
  public void sync() {
    file.sync();
  }

  /**
   * Writes the data of the file to its medium, with the metadata that is needed to read it:
   * fdatasync(2), or {@code F_FULLFSYNC} on macOS.
   *
   * @throws IllegalStateException if the file is closed
   * @throws MmanException if fdatasync fails: {@code EIO} if data did not reach the medium
   * @see <a href="https://man7.org/linux/man-pages/man2/fdatasync.2.html">fdatasync(2)</a>
   */
  public void syncData() {
    file.syncData();
  }

  /**
   * Advises the kernel how a range of the file will be read. {@code DONTNEED} removes clean pages
   * from the page cache, unless a process has mapped them; {@link #syncData} makes pages clean.
   *
   * @param advice the advice
   * @param offset the first byte of the range
   * @param length the size of the range in bytes; 0 stands for the rest of the file
   * @throws IllegalArgumentException if either is negative
   * @throws IllegalStateException if the file is closed
   * @throws MmanException if posix_fadvise fails: {@code ESPIPE} for a pipe
   * @throws UnsupportedOperationException on macOS and OpenBSD, which lack the function
   * @see <a href="https://man7.org/linux/man-pages/man2/posix_fadvise.2.html">posix_fadvise(2)</a>
   */
  public void advise(FileAdvice advice, long offset, long length) {
    file.advise(advice, offset, length);
  }

  /**
   * Counts the pages of a range that are in the page cache.
   *
   * @param offset the first byte of the range
   * @param length the size of the range in bytes; 0 stands for the rest of the file
   * @return the figures, in pages
   * @throws IllegalArgumentException if either is negative
   * @throws IllegalStateException if the file is closed
   * @throws MmanException if cachestat fails: {@code ENOSYS} before Linux 6.5, {@code EPERM} for a
   *     file that the caller neither owns nor may write, {@code EOPNOTSUPP} for a file of explicit
   *     huge pages
   * @throws UnsupportedOperationException on systems other than Linux
   * @see <a href="https://man7.org/linux/man-pages/man2/cachestat.2.html">cachestat(2)</a>
   */
  public CacheStat cacheStat(long offset, long length) {
    return file.cacheStat(offset, length);
  }

  /**
   * Reads from a position of the file into memory: pread(2), or preadv2(2) if there are flags. The
   * file offset does not move. Nothing is locked: a write at the same time may be seen in part.
   *
   * <p>The call reads until the target is full or the file ends. If an error occurs after the first
   * byte, it returns the number of bytes before it, and the next call reports the error.
   *
   * <p>A target on the Java heap is filled through a native buffer of at most 1 MiB. If the file is
   * open with {@code ExtendedOpenOption.DIRECT}, the address of a native target, the position and
   * the number of bytes must be aligned as {@link #directLimits} says; some file systems read
   * nothing instead of failing if they are not.
   *
   * @param position where to begin, in bytes from the start of the file
   * @param target the memory to fill, native or on the heap
   * @param flags what this call may wait for, and the like; every flag is passed to the kernel
   * @return the number of bytes read; 0 if the file ends at or before the position, or the target
   *     is empty; -1 if {@link ReadFlag#NOWAIT} is given and the first byte is not in memory
   * @throws IllegalArgumentException if the position is negative, or if its sum with the size of
   *     the target is greater than {@code Long.MAX_VALUE}
   * @throws IllegalArgumentException if the target is read-only
   * @throws IllegalStateException if the file or the arena of the target is closed
   * @throws WrongThreadException if the target is confined to another thread
   * @throws UnsupportedOperationException if the platform lacks a flag or its C library preadv2
   * @throws MmanException if pread or preadv2 fails before the first byte: {@code EIO} if the
   *     medium fails, {@code EBADF} if the file is not open for reading, {@code EISDIR}, {@code
   *     ESPIPE} for a pipe, {@code EFAULT} if the target cannot be accessed, {@code EINVAL} if a
   *     direct transfer is not aligned, {@code EOPNOTSUPP} if a flag is not supported for the file
   * @see <a href="https://man7.org/linux/man-pages/man2/readv.2.html">preadv2(2)</a>
   */
  public long read(long position, MemorySegment target, ReadFlag... flags) {
    return FileTransfer.read(file, position, target, flags);
  }

  /**
   * Writes memory to a position of the file: pwrite(2), or pwritev2(2) if there are flags. The file
   * is extended if necessary; a gap before the position reads as zero. The file offset does not
   * move. The bytes are on the medium after {@link #syncData}, or at once with {@link
   * WriteFlag#DSYNC}.
   *
   * <p>The call writes until all bytes are written. If an error occurs after the first byte, for
   * example because the disk is full, it returns the number of bytes before it, and the next call
   * reports the error. A write with {@link WriteFlag#APPEND} or {@link WriteFlag#ATOMIC} is a
   * single system call, which is not repeated for a rest.
   *
   * <p>A source on the Java heap is written through a native buffer of at most 1 MiB, or of the
   * size of the source for {@code APPEND} and {@code ATOMIC}. If the file is open with {@code
   * ExtendedOpenOption.DIRECT}, the address of a native source, the position and the number of
   * bytes must be aligned as {@link #directLimits} says. A descriptor that was adopted with {@code
   * O_APPEND} appends on Linux, whatever the position.
   *
   * @param position where to begin, in bytes from the start of the file; ignored for {@code
   *     APPEND}, but not negative
   * @param source the bytes to write, native or on the heap
   * @param flags when and how this call reaches the medium; every flag is passed to the kernel
   * @return the number of bytes written; -1 if {@link WriteFlag#NOWAIT} is given and the first byte
   *     would have to wait
   * @throws IllegalArgumentException if the position is negative, or if its sum with the size of
   *     the source is greater than {@code Long.MAX_VALUE}
   * @throws IllegalArgumentException if {@code ATOMIC} is given for more bytes than one call can
   *     write, some 2 GiB
   * @throws IllegalStateException if the file or the arena of the source is closed
   * @throws WrongThreadException if the source is confined to another thread
   * @throws UnsupportedOperationException if the platform lacks a flag or its C library pwritev2
   * @throws MmanException if pwrite or pwritev2 fails before the first byte: {@code EBADF} if the
   *     file is not open for writing, {@code ENOSPC} or {@code EDQUOT} if the disk is full, {@code
   *     EFBIG} if the file would be too large, {@code EIO} if the medium fails, {@code EPERM} if a
   *     seal forbids it, {@code EFAULT} if the source cannot be accessed, {@code EINVAL} if a
   *     direct or an atomic transfer is not aligned, {@code EOPNOTSUPP} if a flag is not supported
   *     for the file
   * @see <a href="https://man7.org/linux/man-pages/man2/readv.2.html">pwritev2(2)</a>
   */
  public long write(long position, MemorySegment source, WriteFlag... flags) {
    return FileTransfer.write(file, position, source, flags);
  }

  /**
   * Returns what the kernel demands of transfers that bypass the page cache and of atomic writes.
   *
   * @return the limits; their figures are 0 where the kernel reports none
   * @throws IllegalStateException if the file is closed
   * @throws MmanException if statx fails
   * @throws UnsupportedOperationException on systems other than Linux
   * @see <a href="https://man7.org/linux/man-pages/man2/statx.2.html">statx(2)</a>
   */
  public DirectLimits directLimits() {
    return FileTransfer.directLimits(file);
  }

  /**
   * Adds seals to a file in memory. A seal cannot be removed. With {@link FileSeal#SHRINK} nobody
   * can truncate the file under a live view, which makes it safe to access memory that is shared
   * with an untrusted process.
   *
   * @param seals the operations to forbid
   * @throws IllegalStateException if the file is closed
   * @throws MmanException if fcntl fails: {@code EPERM} if the file does not allow sealing, {@code
   *     EBUSY} for {@code WRITE} while a writable shared mapping exists, {@code EINVAL} for other
   *     files
   * @throws UnsupportedOperationException if the platform lacks a seal
   * @see <a
   *     href="https://man7.org/linux/man-pages/man2/F_GET_SEALS.2const.html">F_ADD_SEALS(2const)</a>
   */
  public void seal(FileSeal... seals) {
    FileSeals.add(file, seals);
  }

  /**
   * Returns the seals of a file in memory.
   *
   * @return a new set
   * @throws IllegalStateException if the file is closed
   * @throws MmanException with {@code EINVAL} if the file is not in memory
   * @throws UnsupportedOperationException if the platform has no seals
   * @see <a
   *     href="https://man7.org/linux/man-pages/man2/F_GET_SEALS.2const.html">F_GET_SEALS(2const)</a>
   */
  public Set<FileSeal> seals() {
    return FileSeals.of(file);
  }

  /**
   * Waits for an exclusive lock of the whole file. The lock belongs to this object, neither to a
   * thread nor to the process: it excludes every other process and every other {@code NativeFile}
   * of the file, but not another thread that uses this one. Closing other descriptors of the file
   * does not release it. The lock is advisory and excludes only those who request it. Locks of
   * {@code FileChannel} conflict with it.
   *
   * <p>If this object already holds a lock, the kind of the lock changes. A change to a shared lock
   * takes effect at once. While this method waits for an exclusive lock, the shared one is kept, so
   * that two holders of the shared lock who both wait for the exclusive one wait for ever.
   *
   * <p>The wait is not fair, because the lock is requested again every few milliseconds. If another
   * thread calls {@link #close}, the wait ends with {@link IllegalStateException}. An interrupt
   * does not end the wait; the interrupt status is kept.
   *
   * @throws IllegalStateException if the file is closed, before or during the wait
   * @throws MmanException if fcntl fails: {@code EBADF} if the file is not open for writing
   * @throws UnsupportedOperationException on FreeBSD, NetBSD and OpenBSD, which have no such locks
   * @see <a href="https://man7.org/linux/man-pages/man2/F_OFD_SETLK.2const.html">
   *     F_OFD_SETLK(2const)</a>
   */
  public void lock() {
    FileLock.lock(file, false);
  }

  /**
   * Waits for a shared lock of the whole file, which excludes exclusive locks only. In all other
   * respects it is the same as {@link #lock()}.
   *
   * @throws IllegalStateException if the file is closed, before or during the wait
   * @throws MmanException if fcntl fails
   * @throws UnsupportedOperationException on FreeBSD, NetBSD and OpenBSD, which have no such locks
   */
  public void lockShared() {
    FileLock.lock(file, true);
  }

  /**
   * Waits for a shared or an exclusive lock: {@link #lockShared()} or {@link #lock()}.
   *
   * @param shared true to allow other shared locks, false to exclude all other locks
   * @throws IllegalStateException if the file is closed, before or during the wait
   * @throws MmanException if fcntl fails: {@code EBADF} for an exclusive lock if the file is not
   *     open for writing
   * @throws UnsupportedOperationException on FreeBSD, NetBSD and OpenBSD, which have no such locks
   */
  public void lock(boolean shared) {
    FileLock.lock(file, shared);
  }

  /**
   * Requests an exclusive lock without waiting. In all other respects it is the same as {@link
   * #lock()}.
   *
   * @return false if another lock conflicts; a lock that this object holds is then unchanged
   * @throws IllegalStateException if the file is closed
   * @throws MmanException if fcntl fails: {@code EBADF} if the file is not open for writing
   * @throws UnsupportedOperationException on FreeBSD, NetBSD and OpenBSD, which have no such locks
   */
  public boolean tryLock() {
    return FileLock.tryLock(file, false);
  }

  /**
   * Requests a shared lock without waiting. In all other respects it is the same as {@link
   * #lockShared()}.
   *
   * @return false if another lock conflicts; a lock that this object holds is then unchanged
   * @throws IllegalStateException if the file is closed
   * @throws MmanException if fcntl fails
   * @throws UnsupportedOperationException on FreeBSD, NetBSD and OpenBSD, which have no such locks
   */
  public boolean tryLockShared() {
    return FileLock.tryLock(file, true);
  }

  /**
   * Requests a shared or an exclusive lock without waiting: {@link #tryLockShared()} or {@link
   * #tryLock()}.
   *
   * @param shared true to allow other shared locks, false to exclude all other locks
   * @return false if another lock conflicts; a lock that this object holds is then unchanged
   * @throws IllegalStateException if the file is closed
   * @throws MmanException if fcntl fails: {@code EBADF} for an exclusive lock if the file is not
   *     open for writing
   * @throws UnsupportedOperationException on FreeBSD, NetBSD and OpenBSD, which have no such locks
   */
  public boolean tryLock(boolean shared) {
    return FileLock.tryLock(file, shared);
  }

  /**
   * Releases the lock of either kind. It has no effect if this object holds no lock.
   *
   * @throws IllegalStateException if the file is closed
   * @throws MmanException if fcntl fails
   * @throws UnsupportedOperationException on FreeBSD, NetBSD and OpenBSD, which have no such locks
   */
  public void unlock() {
    FileLock.unlock(file);
  }

  /**
   * Returns whether the file is open.
   *
   * @return false after {@link #close}
   */
  public boolean isOpen() {
    return file.isOpen();
  }

  /**
   * Releases a lock and closes the descriptor, after waiting for the calls on other threads that
   * use it. Closing the file a second time has no effect. Regions that were mapped through this
   * object stay mapped. Regions that {@linkplain Mapping#surviveBusErrors survive bus errors} keep
   * the descriptor open, without the lock, until the last of them is unmapped. If this process
   * holds ordinary record locks on the file, such as those of {@code FileChannel.lock}, they are
   * dropped when the descriptor is closed: POSIX drops them when any descriptor of the file is
   * closed.
   *
   * @throws MmanException if close fails, for example with {@code EIO}; the descriptor is closed
   *     nevertheless
   * @see <a href="https://man7.org/linux/man-pages/man2/close.2.html">close(2)</a>
   */
  @Override
  public void close() {
    file.close();
  }

  /**
   * Returns a description of the file.
   *
   * @return its path and whether it is open
   */
  @Override
  public String toString() {
    return file.toString();
  }
}
