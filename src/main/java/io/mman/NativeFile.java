package io.mman;

import io.mman.libc.FileStatus;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.util.Set;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * What can be mapped: a file, a device, a file in memory, a POSIX shared-memory object. It is a
 * descriptor that knows which regions were mapped through it.
 *
 * {@snippet class="io.mman.examples.Snippets" region="sealed"}
 *
 * <p>All methods may be called from any thread. Those that need the descriptor throw {@link
 * IllegalStateException} once it is closed and {@link MmanException} where the system call fails;
 * {@code EINTR} is retried, except by {@link #close}.
 */
public final class NativeFile implements AutoCloseable {
  private final Descriptor descriptor;
  private final FileOperations operations;
  private final Path path;
  private final Extents extents = new Extents();

  /** Held for reading while a region is mapped, for writing while the length changes. */
  private final ReentrantReadWriteLock length = new ReentrantReadWriteLock();

  NativeFile(int fd, Path path) {
    this.descriptor = new Descriptor(fd, path);
    this.operations = new FileOperations(descriptor, path);
    this.path = path;
  }

  /**
   * Opens a file or a device. The options mean what they mean to {@code FileChannel.open}, with
   * three differences: {@code WRITE} opens for reading too, since a write-only descriptor cannot be
   * mapped; the descriptor is closed in programs that replace this one ({@code O_CLOEXEC}); {@code
   * ExtendedOpenOption.DIRECT} asks for nothing that mapped memory heeds.
   *
   * @param path the file, on the default file system; passed to the kernel byte for byte
   * @param options how to open it: {@code READ} if none is given. {@code CREATE}, {@code
   *     CREATE_NEW} and {@code TRUNCATE_EXISTING} without {@code WRITE} are ignored; a new file
   *     gets 0666 less the umask
   * @return the open file
   * @throws MmanException if open fails: {@code ENOENT}, {@code EACCES}, {@code EEXIST}, {@code
   *     EMFILE} …
   * @throws UnsupportedOperationException for {@code APPEND}, {@code DELETE_ON_CLOSE} and options
   *     that are not known
   * @throws java.nio.file.ProviderMismatchException if the path is of another file system provider
   * @see <a href="https://man7.org/linux/man-pages/man2/open.2.html">open(2)</a>
   */
  public static NativeFile open(Path path, OpenOption... options) {
    return Opening.file(path, OpenRequest.of(options));
  }

  /**
   * As {@link #open(Path, OpenOption...)}, with attributes for a file that is created.
   *
   * @param path the file, on the default file system
   * @param options how to open it
   * @param attributes {@code PosixFilePermissions.asFileAttribute(…)}, from which the umask is
   *     taken away
   * @return the open file
   * @throws MmanException if open fails
   * @throws UnsupportedOperationException for an option or attribute that is not known
   * @throws java.nio.file.ProviderMismatchException if the path is of another file system provider
   */
  public static NativeFile open(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes) {
    return Opening.file(path, OpenRequest.of(options, attributes));
  }

  /**
   * Takes over a descriptor that is open, such as one inherited or received. From here on it
   * belongs to this object, and {@link #close} closes it.
   *
   * @param fd the descriptor
   * @return the file behind it; its {@link #path} is its entry in {@code /proc} or {@code /dev/fd}
   * @throws IllegalArgumentException if {@code fd} is negative
   * @throws MmanException {@code EBADF}, if the descriptor is not open
   */
  public static NativeFile adopt(int fd) {
    return Opening.adopt(fd);
  }

  /**
   * Creates a file that lives in memory and has no name. Other processes reach it through {@link
   * #path} or an inherited descriptor.
   *
   * @param label what {@code /proc} shows for it; need not be unique, at most 249 bytes
   * @param size its length in bytes; a multiple of the huge page size with {@code HUGETLB}
   * @param flags how to create it
   * @return the open file
   * @throws IllegalArgumentException if the size is negative, the label contains NUL, or two sizes
   *     of huge pages are asked for
   * @throws MmanException if memfd_create or ftruncate fails
   * @throws UnsupportedOperationException if the platform lacks memfd_create or a flag
   * @see <a href="https://man7.org/linux/man-pages/man2/memfd_create.2.html">memfd_create(2)</a>
   */
  public static NativeFile memory(String label, long size, MemfdFlag... flags) {
    return Opening.memory(label, size, flags);
  }

  /**
   * Opens a POSIX shared-memory object. A new one has the length 0 and the permissions 0600 less
   * the umask.
   *
   * @param name its name, which should begin with a slash and contain no other
   * @param options as for {@link #open(Path, OpenOption...)}
   * @return the open object
   * @throws IllegalArgumentException if the name contains NUL
   * @throws MmanException if shm_open fails
   * @throws UnsupportedOperationException for {@code APPEND} and {@code DELETE_ON_CLOSE}
   * @see <a href="https://man7.org/linux/man-pages/man3/shm_open.3.html">shm_open(3)</a>
   */
  public static NativeFile sharedMemory(String name, OpenOption... options) {
    return Opening.sharedMemory(name, OpenRequest.of(options));
  }

  /**
   * Removes the name of a POSIX shared-memory object. The object lives on until it is closed and
   * unmapped everywhere.
   *
   * @param name its name
   * @throws IllegalArgumentException if the name contains NUL
   * @throws MmanException if shm_unlink fails: {@code ENOENT} where there is no such object
   * @see <a href="https://man7.org/linux/man-pages/man3/shm_unlink.3p.html">shm_unlink(3p)</a>
   */
  public static void unlinkSharedMemory(String name) {
    Opening.unlinkSharedMemory(name);
  }

  /**
   * Returns the descriptor, for code that needs its number. It is this object's: it must not be
   * closed, nor used after {@link #close}.
   *
   * @return the number
   * @throws IllegalStateException if the file is closed
   */
  public int fd() {
    return descriptor.reveal();
  }

  /**
   * Returns the path that was opened. For a file in memory and an adopted descriptor it is {@code
   * /proc/PID/fd/N}, which another process of the same user can open as long as this one keeps the
   * file open; for a shared-memory object it is {@code /dev/shm/NAME}. On other systems than Linux
   * these are {@code /dev/fd/N}, which is another file to another process, and the name.
   *
   * @return the path
   */
  public Path path() {
    return path;
  }

  /**
   * Returns the length of the file.
   *
   * @return the length in bytes; 0 for a device
   * @see <a href="https://man7.org/linux/man-pages/man2/fstat.2.html">fstat(2)</a>
   */
  public long size() {
    return operations.fstat().size();
  }

  /**
   * Sets the length of the file. New bytes read as zero and have no disk blocks yet: {@link
   * #allocate} gives them some.
   *
   * @param size the new length in bytes
   * @throws IllegalArgumentException if the length is negative
   * @throws IllegalStateException if live regions mapped through this object reach beyond it: their
   *     pages would be gone; or the file is closed
   * @throws MmanException if ftruncate fails: {@code EINVAL} where the file is not open for
   *     writing, {@code EPERM} where a seal forbids it
   * @see <a href="https://man7.org/linux/man-pages/man2/ftruncate.2.html">ftruncate(2)</a>
   */
  public void resize(long size) {
    length.writeLock().lock();
    try {
      operations.truncate(size, extents);
    } finally {
      length.writeLock().unlock();
    }
  }

  /**
   * Gives a range of the file its disk blocks, extending the file to the end of the range where it
   * is shorter. After that no store to the range can fail for lack of space; on file systems that
   * copy on write, such as btrfs and ZFS, it still can. Where the disk is full some blocks may have
   * been given.
   *
   * @param offset first byte of the range
   * @param length bytes in the range
   * @throws IllegalArgumentException if either is negative
   * @throws MmanException if posix_fallocate fails: {@code ENOSPC} where the disk is full
   * @throws UnsupportedOperationException on macOS, which lacks the function
   * @see <a
   *     href="https://man7.org/linux/man-pages/man3/posix_fallocate.3.html">posix_fallocate(3)</a>
   */
  public void allocate(long offset, long length) {
    operations.allocate(offset, length);
  }

  /**
   * Writes data and metadata of the file to its medium: fsync(2), and {@code F_FULLFSYNC} on macOS,
   * whose fsync leaves them in the drive's cache. Changes made through a mapping must have been
   * given to the file by <a href="MappedRegion.html#sync()">{@code MappedRegion.sync}</a> on
   * systems other than Linux.
   *
   * @throws MmanException if fsync fails: {@code EIO} where data did not reach the medium
   * @see <a href="https://man7.org/linux/man-pages/man2/fsync.2.html">fsync(2)</a>
   */
  public void sync() {
    operations.fsync();
  }

  /**
   * Writes the data of the file, and of the metadata only what is needed to read it, to its medium:
   * fdatasync(2), and {@code F_FULLFSYNC} on macOS.
   *
   * @throws MmanException if fdatasync fails
   * @see <a href="https://man7.org/linux/man-pages/man2/fdatasync.2.html">fdatasync(2)</a>
   */
  public void syncData() {
    operations.fdatasync();
  }

  /**
   * Tells the kernel how a range of the file will be read. {@code DONTNEED} drops its clean pages
   * from the page cache, except those that someone has mapped; {@link #syncData} makes pages clean.
   *
   * @param advice how
   * @param offset first byte of the range
   * @param length bytes in the range; 0 for all that follow
   * @throws IllegalArgumentException if either is negative
   * @throws MmanException if posix_fadvise fails: {@code ESPIPE} for a pipe
   * @throws UnsupportedOperationException on macOS, which lacks the function
   * @see <a href="https://man7.org/linux/man-pages/man2/posix_fadvise.2.html">posix_fadvise(2)</a>
   */
  public void advise(FileAdvice advice, long offset, long length) {
    operations.advise(advice, offset, length);
  }

  /**
   * Counts the pages of a range in the page cache. Linux 6.5.
   *
   * @param offset first byte of the range
   * @param length bytes in the range; 0 for all that follow
   * @return the figures, in pages
   * @throws IllegalArgumentException if either is negative
   * @throws MmanException if cachestat fails: {@code ENOSYS} on an older kernel, {@code EPERM} for
   *     a file that the caller neither owns nor may write, {@code EOPNOTSUPP} for one of explicit
   *     huge pages
   * @throws UnsupportedOperationException on other systems than Linux
   * @see <a href="https://man7.org/linux/man-pages/man2/cachestat.2.html">cachestat(2)</a>
   */
  public CacheStat cacheStat(long offset, long length) {
    return operations.cacheStat(offset, length);
  }

  /**
   * Adds seals to a file of memory. A seal cannot be taken off again. With {@link FileSeal#SHRINK}
   * no one can cut the file under a live view: it is what makes memory shared with a stranger safe
   * to touch.
   *
   * @param seals what shall never be done again
   * @throws MmanException if fcntl fails: {@code EPERM} where the file does not allow sealing,
   *     {@code EBUSY} for {@code WRITE} while a writable shared mapping exists, {@code EINVAL} for
   *     other files
   * @throws UnsupportedOperationException if the platform lacks a seal
   * @see <a
   *     href="https://man7.org/linux/man-pages/man2/F_GET_SEALS.2const.html">F_ADD_SEALS(2const)</a>
   */
  public void seal(FileSeal... seals) {
    operations.addSeals(seals);
  }

  /**
   * Returns the seals that the file has.
   *
   * @return a new set
   * @throws MmanException {@code EINVAL}, if the file is not one of memory
   * @throws UnsupportedOperationException if the platform has no seals
   * @see <a
   *     href="https://man7.org/linux/man-pages/man2/F_GET_SEALS.2const.html">F_GET_SEALS(2const)</a>
   */
  public Set<FileSeal> seals() {
    return operations.getSeals();
  }

  /**
   * Waits for a lock of the whole file. It belongs to this object, not to a thread or the process:
   * it keeps out every other process and every other {@code NativeFile} of the file, but not
   * another thread that uses this one, and it outlives the closing of other descriptors of the
   * file. It is advisory: only those who ask for it are kept out. Locks of {@code FileChannel}
   * conflict with it.
   *
   * <p>If this object has the lock already, it changes kind. To a shared one it does so at once; an
   * exclusive one is waited for with the shared lock kept, so that two who hold the shared lock and
   * both wait for the exclusive one wait for ever.
   *
   * <p>The wait is not fair, as it asks again every few milliseconds. {@link #close} on another
   * thread ends it with {@link IllegalStateException}; interruption does not, it is left for later.
   *
   * @param shared true to let others have shared locks too, false to keep out all others
   * @throws MmanException if fcntl fails: {@code EBADF} for an exclusive lock of a file that is not
   *     open for writing
   * @throws UnsupportedOperationException on FreeBSD, which has no such locks
   * @see <a href="https://man7.org/linux/man-pages/man2/F_OFD_SETLK.2const.html">
   *     F_OFD_SETLK(2const)</a>
   */
  public void lock(boolean shared) {
    FileLocking.lock(operations, shared);
  }

  /**
   * As {@link #lock}, but does not wait.
   *
   * @param shared true to let others have shared locks too, false to keep out all others
   * @return false if another's lock is in the way; a lock that this object has is then left as it
   *     is
   * @throws MmanException if fcntl fails: {@code EBADF} for an exclusive lock of a file that is not
   *     open for writing
   * @throws UnsupportedOperationException on FreeBSD, which has no such locks
   */
  public boolean tryLock(boolean shared) {
    return FileLocking.tryLock(operations, shared);
  }

  /**
   * Gives the lock back, whichever kind it is; does nothing where there is none.
   *
   * @throws MmanException if fcntl fails
   * @throws UnsupportedOperationException on FreeBSD, which has no such locks
   */
  public void unlock() {
    FileLocking.unlock(operations);
  }

  /**
   * Tells whether the file is open.
   *
   * @return false after {@link #close}
   */
  public boolean isOpen() {
    return descriptor.isOpen();
  }

  /**
   * Closes the descriptor, after the calls that use it on other threads, and gives back a lock
   * taken with {@link #lock}; a second time does nothing. Regions mapped through this object stay.
   * POSIX drops the ordinary record locks that this process has on the file, such as those of
   * {@code FileChannel.lock}, when any of its descriptors is closed.
   *
   * @throws MmanException if close fails, such as with {@code EIO}; the descriptor is gone all the
   *     same
   * @see <a href="https://man7.org/linux/man-pages/man2/close.2.html">close(2)</a>
   */
  @Override
  public void close() {
    operations.close();
  }

  /**
   * Returns the path and whether the file is open.
   *
   * @return a description for people
   */
  @Override
  public String toString() {
    return "NativeFile[\"" + path + "\", " + (isOpen() ? "open" : "closed") + "]";
  }

  Descriptor descriptor() {
    return descriptor;
  }

  Extents extents() {
    return extents;
  }

  /** The lock that keeps the length: for reading while mapping, for writing while changing it. */
  ReentrantReadWriteLock lengthLock() {
    return length;
  }

  /** Asks for length, kind and owner of the file whose descriptor the caller holds. */
  FileStatus status(int fd) {
    return operations.status(fd);
  }

  /** Asks for the length of a block device, which fstat(2) does not tell. */
  long blockDeviceSize() {
    return operations.blockDeviceSize();
  }
}
