package io.mman.internal.libc;

import io.mman.internal.platform.Fcntl;
import io.mman.internal.platform.LockType;
import io.mman.internal.platform.Platform;
import io.mman.internal.platform.StatLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/**
 * The calls on descriptors and on names of files, which are NUL-terminated bytes. A call that a
 * signal interrupts (EINTR) is made again, except {@link #close}.
 */
public final class FileCalls {
  /** Makes {@link #seek} count from the start of the file. */
  public static final int SEEK_SET = 0;

  /** Makes {@link #seek} count from the file offset. */
  public static final int SEEK_CUR = 1;

  /** Makes {@link #seek} count from the end of the file. */
  public static final int SEEK_END = 2;

  // int open(const char *pathname, int flags, ... /* mode_t mode */);
  private static final CFunction OPEN = new CFunction("open", 2);
  // int close(int fd);
  private static final CFunction CLOSE = new CFunction("close");
  // off_t lseek(int fd, off_t offset, int whence);
  private static final CFunction LSEEK = new CFunction("lseek");
  // int fstatfs(int fd, struct statfs *buf);
  private static final CFunction FSTATFS = new CFunction("fstatfs");
  // int ftruncate(int fd, off_t length);
  private static final CFunction FTRUNCATE = new CFunction("ftruncate");
  // int posix_fallocate(int fd, off_t offset, off_t len);  returns the error
  private static final CFunction POSIX_FALLOCATE = CFunction.blocking("posix_fallocate");
  // int fallocate(int fd, int mode, off_t offset, off_t len);
  private static final CFunction FALLOCATE = CFunction.blocking("fallocate");
  // int posix_fadvise(int fd, off_t offset, off_t len, int advice);  returns the error
  private static final CFunction POSIX_FADVISE = new CFunction("posix_fadvise");
  // int fsync(int fd);
  private static final CFunction FSYNC = CFunction.blocking("fsync");
  // int fdatasync(int fd);
  private static final CFunction FDATASYNC = CFunction.blocking("fdatasync");
  // int fcntl(int fd, int cmd, ... /* int arg, or struct flock *lock */);
  private static final CFunction FCNTL = new CFunction("fcntl", 2);
  // int fcntl(int fd, F_FULLFSYNC);
  private static final CFunction FULL_FSYNC = CFunction.blocking("fcntl", 2);
  // int memfd_create(const char *name, unsigned int flags);
  private static final CFunction MEMFD_CREATE = new CFunction("memfd_create");
  // int shm_open(const char *name, int flag, mode_t mode);  variadic on macOS
  private static final CFunction SHM_OPEN =
      Platform.current() == Platform.MACOS
          ? new CFunction("shm_open", 2)
          : new CFunction("shm_open");
  // int shm_unlink(const char *name);
  private static final CFunction SHM_UNLINK = new CFunction("shm_unlink");

  private static final int HUGETLBFS_MAGIC = 0x958458f6;
  private static final int FALLOC_FL_KEEP_SIZE = 1;

  private FileCalls() {}

  /** The function that reads a status, which has other names in some C libraries. */
  private static final class Fstat {
    // int __fxstat(int version, int fd, struct stat *statbuf);  glibc before 2.33 has only this
    static final boolean IS_VERSIONED =
        Platform.current().isLinux() && Linking.find("fstat") == null;
    // int fstat(int fd, struct stat *statbuf);  with 64-bit inodes on macOS for x86_64: $INODE64
    static final CFunction CALL =
        new CFunction(
            IS_VERSIONED
                ? "__fxstat"
                : Linking.find("fstat$INODE64") != null ? "fstat$INODE64" : "fstat");
  }

  /** Returns a descriptor, or the negative errno. */
  public static int open(MemorySegment path, int flags, int mode) {
    return OPEN.callAgain(path, flags, mode);
  }

  /**
   * Opens a file by the bytes of its path.
   *
   * @return a descriptor, or the negative errno
   */
  public static int open(byte[] path, int flags, int mode) {
    if (path.length >= Scratch.STRUCTURE_BYTES) {
      try (Arena arena = Arena.ofConfined()) {
        return open(PathBytes.terminated(path, arena), flags, mode);
      }
    }
    Scratch scratch = Scratch.get();
    scratch.structure().put(0, path).put(path.length, (byte) 0);
    return OPEN.callAgain(scratch.structureAddress(), flags, mode, 0);
  }

  /** Closes a descriptor. Its number may be reused at once, even if this fails. */
  public static int close(int fd) {
    return CLOSE.call(fd, 0, 0, 0, 0);
  }

  /** Links fstat, because at a limit the JVM cannot link anything. */
  public static void linkFstat() {
    Linking.requireAccess();
    Fstat.CALL.link();
    StatLayout.current();
  }

  /** Reads the status of an open file into {@code status}. */
  public static int fstat(int fd, FileStatus status) {
    StatLayout layout = StatLayout.current();
    Scratch scratch = Scratch.get();
    long stat = scratch.structureAddress();
    int result =
        Fstat.IS_VERSIONED
            ? Fstat.CALL.callAgain(layout.version(), fd, stat, 0)
            : Fstat.CALL.callAgain(fd, stat, 0, 0);
    if (result == 0) {
      status.read(scratch.structure(), layout);
    }
    return result;
  }

  /** Moves the file offset. Returns the new offset, or the negative errno. */
  public static long seek(int fd, long offset, int whence) {
    MemorySegment none = MemorySegment.NULL;
    return LSEEK.callForLong(fd, offset, whence, 0, 0, 0, none);
  }

  /**
   * Returns whether an open file consists of explicit huge pages. Linux only. A failure of fstatfs
   * means that it does not, because hugetlbfs always supports the call.
   */
  public static boolean isHugetlbfs(int fd) {
    return fileSystem(fd) == HUGETLBFS_MAGIC;
  }

  /**
   * Returns the type of the file system of an open file, as statfs(2) lists them, or 0 if it is not
   * known. Linux only.
   */
  public static int fileSystem(int fd) {
    Scratch scratch = Scratch.get();
    int result = FSTATFS.callAgain(fd, scratch.structureAddress(), 0, 0);
    return result == 0 ? StatLayout.current().fileSystem(scratch.structure()) : 0;
  }

  /** Sets the length of a file. */
  public static int ftruncate(int fd, long length) {
    return FTRUNCATE.callAgain(fd, length, 0, 0);
  }

  /** Allocates the blocks of a range of a file, and extends the file to the end of the range. */
  public static int posixFallocate(int fd, long offset, long length) {
    return POSIX_FALLOCATE.callForError(fd, offset, length, 0);
  }

  /** Allocates the blocks of a range of a file without changing its length. Linux only. */
  public static int allocateKeepingSize(int fd, long offset, long length) {
    return FALLOCATE.callAgain(fd, FALLOC_FL_KEEP_SIZE, offset, length);
  }

  /** Gives advice on the use of a range of a file. */
  public static int posixFadvise(int fd, long offset, long length, int advice) {
    return POSIX_FADVISE.callForError(fd, offset, length, advice);
  }

  /** Writes the data and metadata of a file to its device. */
  public static int fsync(int fd) {
    return FSYNC.callAgain(fd, 0, 0, 0);
  }

  /** Writes the data of a file, and the metadata needed to read it, to its device. */
  public static int fdatasync(int fd) {
    return FDATASYNC.callAgain(fd, 0, 0, 0);
  }

  /** Writes the data and metadata of a file to its medium. macOS only. */
  public static int fullFsync(int fd) {
    return FULL_FSYNC.callAgain(fd, Fcntl.FULLFSYNC.number(), 0, 0);
  }

  public static int fcntl(int fd, int command, int argument) {
    return FCNTL.callAgain(fd, command, argument, 0);
  }

  /** Changes the lock of a whole file that an open file description holds, without waiting. */
  public static int setLock(int fd, LockType type) {
    // The range 0, 0 is the whole file, even if its length changes.
    return setLock(fd, type, 0, 0);
  }

  /** Changes the lock of a range that an open file description holds, without waiting. */
  public static int setLock(int fd, LockType type, long start, long length) {
    int command = Fcntl.OFD_SETLK.number();
    Scratch scratch = Scratch.get();
    fillLock(scratch.structure(), type, start, length);
    return FCNTL.callAgain(fd, command, scratch.structureAddress(), 0);
  }

  /**
   * Finds out whether other open file descriptions, of any process, have a lock in a range.
   *
   * @return 1 if one of them excludes an exclusive lock, 0 if none does, or the negative errno
   */
  public static int hasLock(int fd, long start, long length) {
    int command = Fcntl.OFD_GETLK.number();
    Scratch scratch = Scratch.get();
    ByteBuffer flock = scratch.structure();
    fillLock(flock, LockType.WRLCK, start, length);
    int result = FCNTL.callAgain(fd, command, scratch.structureAddress(), 0);
    if (result < 0) {
      return result;
    }
    return flock.getShort(LockType.offset()) == LockType.UNLCK.number() ? 0 : 1;
  }

  private static void fillLock(ByteBuffer flock, LockType type, long start, long length) {
    for (int i = 0; i < LockType.STRUCTURE_BYTES; i++) {
      flock.put(i, (byte) 0);
    }
    flock.putShort(LockType.offset(), type.number());
    flock.putLong(LockType.startOffset(), start);
    flock.putLong(LockType.startOffset() + Long.BYTES, length);
  }

  /** Creates a file in memory, which has no name. Returns a descriptor, or the negative errno. */
  public static int memfdCreate(MemorySegment name, int flags) {
    return MEMFD_CREATE.callAgain(name, flags, 0);
  }

  /** Opens a POSIX shared-memory object. Returns a descriptor, or the negative errno. */
  public static int shmOpen(MemorySegment name, int flags, int mode) {
    return SHM_OPEN.callAgain(name, flags, mode);
  }

  /** Removes the name of a POSIX shared-memory object. */
  public static int shmUnlink(MemorySegment name) {
    return SHM_UNLINK.callAgain(name, 0, 0);
  }
}
