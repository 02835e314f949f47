package io.mman.internal.libc;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.mman.internal.platform.Fcntl;
import io.mman.internal.platform.LockType;
import io.mman.internal.platform.Platform;
import io.mman.internal.platform.StatLayout;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Objects;

/**
 * The calls on descriptors and on names of files, which are NUL-terminated bytes. A call that a
 * signal interrupts (EINTR) is made again, except {@link #close}.
 */
public final class FileCalls {
  /** Makes {@link #seek} count from the start of the file. */
  public static final int SEEK_SET = 0;

  /** Makes {@link #seek} count from the end of the file. */
  public static final int SEEK_END = 2;

  private static final FunctionDescriptor DESCRIPTOR = FunctionDescriptor.of(JAVA_INT, JAVA_INT);
  private static final FunctionDescriptor NAME = FunctionDescriptor.of(JAVA_INT, ADDRESS);
  private static final FunctionDescriptor NAME_AND_INT =
      FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT);
  private static final FunctionDescriptor NAME_AND_INTS =
      FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT);

  private static final int HUGETLBFS_MAGIC = 0x958458f6;
  private static final int FALLOC_FL_KEEP_SIZE = 1;

  private FileCalls() {}

  // int open(const char *pathname, int flags, ... /* mode_t mode */);
  private static final class Open {
    static final MethodHandle CALL = Linking.linkVariadic("open", NAME_AND_INTS, 2);
  }

  /** Returns a descriptor, or the negative errno. */
  public static int open(MemorySegment path, int flags, int mode) {
    MemorySegment scratch = Scratch.get();
    try {
      int result;
      do {
        result = Scratch.result((int) Open.CALL.invokeExact(scratch, path, flags, mode), scratch);
      } while (result == Scratch.INTERRUPTED);
      return result;
    } catch (Throwable t) {
      throw Linking.unexpected(t);
    }
  }

  // int close(int fd);
  private static final class Close {
    static final MethodHandle CALL = Linking.link("close", DESCRIPTOR);
  }

  /** Links close, because its class could not be loaded when no descriptor is free. */
  public static void loadClose() {
    Linking.requireAccess();
    Objects.requireNonNull(Close.CALL);
  }

  /** Closes a descriptor. Its number may be reused at once, even if this fails. */
  public static int close(int fd) {
    MemorySegment scratch = Scratch.get();
    try {
      return Scratch.result((int) Close.CALL.invokeExact(scratch, fd), scratch);
    } catch (Throwable t) {
      throw Linking.unexpected(t);
    }
  }

  // int fstat(int fd, struct stat *statbuf);
  private static final class Fstat {
    /**
     * glibc before 2.33 has only __fxstat. On macOS for x86_64 the function with 64-bit inodes has
     * another name.
     */
    static final MethodHandle CALL =
        Linking.link(
            Linking.has("fstat$INODE64") ? "fstat$INODE64" : "fstat",
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS));

    static final boolean IS_VERSIONED =
        Platform.current().isLinux() && !Linking.has("fstat") && Linking.has("__fxstat");
  }

  // int __fxstat(int version, int fd, struct stat *statbuf);
  private static final class Fxstat {
    static final MethodHandle CALL =
        Linking.link("__fxstat", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS));
  }

  /** Links fstat and reads an empty status, because at a limit the JVM cannot link anything. */
  public static void loadFstat() {
    Linking.requireAccess();
    Objects.requireNonNull(Fstat.CALL);
    new FileStatus().read(Scratch.structure(), StatLayout.current());
  }

  /** Reads the status of an open file into {@code status}. */
  public static int fstat(int fd, FileStatus status) {
    MemorySegment scratch = Scratch.get();
    MemorySegment stat = scratch.asSlice(Scratch.STRUCTURE);
    StatLayout layout = StatLayout.current();
    int result;
    try {
      do {
        result =
            Fstat.IS_VERSIONED
                ? (int) Fxstat.CALL.invokeExact(scratch, layout.version(), fd, stat)
                : (int) Fstat.CALL.invokeExact(scratch, fd, stat);
        result = Scratch.result(result, scratch);
      } while (result == Scratch.INTERRUPTED);
    } catch (Throwable t) {
      throw Linking.unexpected(t);
    }
    if (result == 0) {
      status.read(stat, layout);
    }
    return result;
  }

  // off_t lseek(int fd, off_t offset, int whence);
  private static final class Lseek {
    static final MethodHandle CALL =
        Linking.link("lseek", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT));
  }

  /** Moves the file offset. Returns the new offset, or the negative errno. */
  public static long seek(int fd, long offset, int whence) {
    MemorySegment scratch = Scratch.get();
    try {
      return Scratch.result((long) Lseek.CALL.invokeExact(scratch, fd, offset, whence), scratch);
    } catch (Throwable t) {
      throw Linking.unexpected(t);
    }
  }

  // int fstatfs(int fd, struct statfs *buf);
  private static final class Fstatfs {
    static final MethodHandle CALL =
        Linking.link("fstatfs", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS));
  }

  /** Loads the class of fstatfs without linking it. */
  public static void loadFstatfs() {
    Objects.requireNonNull(Fstatfs.class);
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
    MemorySegment scratch = Scratch.get();
    MemorySegment buffer = Scratch.structure();
    int result;
    try {
      do {
        result = Scratch.result((int) Fstatfs.CALL.invokeExact(scratch, fd, buffer), scratch);
      } while (result == Scratch.INTERRUPTED);
    } catch (Throwable t) {
      throw Linking.unexpected(t);
    }
    return result == 0 ? StatLayout.current().fileSystem(buffer) : 0;
  }

  // int ftruncate(int fd, off_t length);
  private static final class Ftruncate {
    static final MethodHandle CALL =
        Linking.link("ftruncate", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG));
  }

  /** Loads the classes of the functions that set the length of a file, without linking them. */
  public static void loadLengthChanges() {
    Objects.requireNonNull(Ftruncate.class);
    Objects.requireNonNull(PosixFallocate.class);
  }

  /** Sets the length of a file. */
  public static int ftruncate(int fd, long length) {
    MemorySegment scratch = Scratch.get();
    try {
      int result;
      do {
        result = Scratch.result((int) Ftruncate.CALL.invokeExact(scratch, fd, length), scratch);
      } while (result == Scratch.INTERRUPTED);
      return result;
    } catch (Throwable t) {
      throw Linking.unexpected(t);
    }
  }

  // int posix_fallocate(int fd, off_t offset, off_t len);  returns the error
  private static final class PosixFallocate {
    static final MethodHandle CALL =
        Linking.link(
            "posix_fallocate", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG));
  }

  /** Allocates the blocks of a range of a file, and extends the file to the end of the range. */
  public static int posixFallocate(int fd, long offset, long length) {
    MemorySegment scratch = Scratch.get();
    try {
      int result;
      do {
        result = -(int) PosixFallocate.CALL.invokeExact(scratch, fd, offset, length);
      } while (result == Scratch.INTERRUPTED);
      return result;
    } catch (Throwable t) {
      throw Linking.unexpected(t);
    }
  }

  // int fallocate(int fd, int mode, off_t offset, off_t len);
  private static final class Fallocate {
    static final MethodHandle CALL =
        Linking.link(
            "fallocate", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG));
  }

  /** Allocates the blocks of a range of a file without changing its length. Linux only. */
  public static int allocateKeepingSize(int fd, long offset, long length) {
    MemorySegment scratch = Scratch.get();
    try {
      int result;
      do {
        result =
            Scratch.result(
                (int) Fallocate.CALL.invokeExact(scratch, fd, FALLOC_FL_KEEP_SIZE, offset, length),
                scratch);
      } while (result == Scratch.INTERRUPTED);
      return result;
    } catch (Throwable t) {
      throw Linking.unexpected(t);
    }
  }

  // int posix_fadvise(int fd, off_t offset, off_t len, int advice);  returns the error
  private static final class PosixFadvise {
    static final MethodHandle CALL =
        Linking.link(
            "posix_fadvise",
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));
  }

  /** Gives advice on the use of a range of a file. */
  public static int posixFadvise(int fd, long offset, long length, int advice) {
    MemorySegment scratch = Scratch.get();
    try {
      int result;
      do {
        result = -(int) PosixFadvise.CALL.invokeExact(scratch, fd, offset, length, advice);
      } while (result == Scratch.INTERRUPTED);
      return result;
    } catch (Throwable t) {
      throw Linking.unexpected(t);
    }
  }

  // int fsync(int fd);
  private static final class Fsync {
    static final MethodHandle CALL = Linking.link("fsync", DESCRIPTOR);
  }

  /** Writes the data and metadata of a file to its device. */
  public static int fsync(int fd) {
    MemorySegment scratch = Scratch.get();
    try {
      int result;
      do {
        result = Scratch.result((int) Fsync.CALL.invokeExact(scratch, fd), scratch);
      } while (result == Scratch.INTERRUPTED);
      return result;
    } catch (Throwable t) {
      throw Linking.unexpected(t);
    }
  }

  // int fdatasync(int fd);
  private static final class Fdatasync {
    static final MethodHandle CALL = Linking.link("fdatasync", DESCRIPTOR);
  }

  /** Writes the data of a file, and the metadata needed to read it, to its device. */
  public static int fdatasync(int fd) {
    MemorySegment scratch = Scratch.get();
    try {
      int result;
      do {
        result = Scratch.result((int) Fdatasync.CALL.invokeExact(scratch, fd), scratch);
      } while (result == Scratch.INTERRUPTED);
      return result;
    } catch (Throwable t) {
      throw Linking.unexpected(t);
    }
  }

  // int fcntl(int fd, int cmd, ... /* int arg */);
  private static final class Fcntl {
    static final MethodHandle CALL =
        Linking.linkVariadic(
            "fcntl", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT), 2);
  }

  public static int fcntl(int fd, int command, int argument) {
    MemorySegment scratch = Scratch.get();
    try {
      int result;
      do {
        result =
            Scratch.result((int) Fcntl.CALL.invokeExact(scratch, fd, command, argument), scratch);
      } while (result == Scratch.INTERRUPTED);
      return result;
    } catch (Throwable t) {
      throw Linking.unexpected(t);
    }
  }

  // int fcntl(int fd, int cmd, ... /* struct flock *lock */);
  private static final class FcntlLock {
    static final MethodHandle CALL =
        Linking.linkVariadic(
            "fcntl", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS), 2);
  }

  /** Changes the lock of a whole file that an open file description holds, without waiting. */
  public static int setLock(int fd, LockType type) {
    int command = io.mman.internal.platform.Fcntl.OFD_SETLK.number();
    MemorySegment scratch = Scratch.get();
    // The other fields are 0, which stands for the whole file, even if its length changes.
    MemorySegment flock = scratch.asSlice(Scratch.STRUCTURE, LockType.STRUCTURE_BYTES);
    flock.fill((byte) 0).set(JAVA_SHORT, LockType.offset(), type.number());
    try {
      int result;
      do {
        result =
            Scratch.result((int) FcntlLock.CALL.invokeExact(scratch, fd, command, flock), scratch);
      } while (result == Scratch.INTERRUPTED);
      return result;
    } catch (Throwable t) {
      throw Linking.unexpected(t);
    }
  }

  // int memfd_create(const char *name, unsigned int flags);
  private static final class MemfdCreate {
    static final MethodHandle CALL = Linking.link("memfd_create", NAME_AND_INT);
  }

  /** Creates a file in memory, which has no name. Returns a descriptor, or the negative errno. */
  public static int memfdCreate(MemorySegment name, int flags) {
    MemorySegment scratch = Scratch.get();
    try {
      int result;
      do {
        result = Scratch.result((int) MemfdCreate.CALL.invokeExact(scratch, name, flags), scratch);
      } while (result == Scratch.INTERRUPTED);
      return result;
    } catch (Throwable t) {
      throw Linking.unexpected(t);
    }
  }

  // int shm_open(const char *name, int flag, mode_t mode);  variadic on macOS
  private static final class ShmOpen {
    static final MethodHandle CALL =
        Platform.current() == Platform.MACOS
            ? Linking.linkVariadic("shm_open", NAME_AND_INTS, 2)
            : Linking.link("shm_open", NAME_AND_INTS);
  }

  /** Opens a POSIX shared-memory object. Returns a descriptor, or the negative errno. */
  public static int shmOpen(MemorySegment name, int flags, int mode) {
    MemorySegment scratch = Scratch.get();
    try {
      int result;
      do {
        result =
            Scratch.result((int) ShmOpen.CALL.invokeExact(scratch, name, flags, mode), scratch);
      } while (result == Scratch.INTERRUPTED);
      return result;
    } catch (Throwable t) {
      throw Linking.unexpected(t);
    }
  }

  // int shm_unlink(const char *name);
  private static final class ShmUnlink {
    static final MethodHandle CALL = Linking.link("shm_unlink", NAME);
  }

  /** Loads the class of shm_unlink, without linking it. */
  public static void loadShmUnlink() {
    Objects.requireNonNull(ShmUnlink.class);
  }

  /** Removes the name of a POSIX shared-memory object. */
  public static int shmUnlink(MemorySegment name) {
    MemorySegment scratch = Scratch.get();
    try {
      int result;
      do {
        result = Scratch.result((int) ShmUnlink.CALL.invokeExact(scratch, name), scratch);
      } while (result == Scratch.INTERRUPTED);
      return result;
    } catch (Throwable t) {
      throw Linking.unexpected(t);
    }
  }
}
