package io.mman.internal.file;

import io.mman.Errno;
import io.mman.MemfdFlag;
import io.mman.MmanException;
import io.mman.internal.error.ErrorPreload;
import io.mman.internal.error.Failure;
import io.mman.internal.error.FileErrors;
import io.mman.internal.libc.FileCalls;
import io.mman.internal.libc.FileStatus;
import io.mman.internal.libc.PathBytes;
import io.mman.internal.platform.OpenFlags;
import io.mman.internal.platform.Platform;
import io.mman.internal.proc.Proc;
import java.lang.foreign.Arena;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Opens and creates files. It uses no lambda, because the first lambda of a JVM takes milliseconds.
 */
public final class FileOpener {
  /** {@code MFD_CLOEXEC}, which has the same number on all platforms with memfd_create. */
  private static final int MFD_CLOEXEC = 1;

  private static boolean isPrepared;
  private static boolean knowsTransfers;

  private FileOpener() {}

  public static OpenFile open(Path path, OpenOption... options) {
    return open(path, OpenRequest.of(options));
  }

  public static OpenFile open(Path path, OpenRequest request) {
    PathBytes.requireDefaultFileSystem(path);
    prepare();
    int flags = request.flags();
    int fd = FileCalls.open(PathBytes.of(path), flags, request.mode());
    if (fd < 0) {
      Failure failure = request.addTo(Failure.of("open", fd).file(path));
      throw failure.because(reason(failure.error(), request)).exception();
    }
    return opened(new OpenFile(fd, path), fd, request);
  }

  private static @Nullable String reason(Errno error, OpenRequest request) {
    return error == Errno.EINVAL && request.names().contains(OpenFlags.O_DIRECT)
        ? "the file system or the device does not support DIRECT"
        : FileErrors.open(error);
  }

  /** Returns an open file, after truncating it if that is requested. */
  private static OpenFile opened(OpenFile file, int fd, OpenRequest request) {
    if (request.truncates()) {
      try {
        FileLength.discardContents(file);
      } catch (RuntimeException | Error e) {
        file.closeQuietly(); // a file that was created stays: another process may already use it
        throw e;
      }
    }
    return opened(file, fd);
  }

  /**
   * Opens a file, unless the call fails with an error that the caller expects.
   *
   * @return the file, or null after that error
   */
  public static @Nullable OpenFile openUnless(Errno error, Path path, OpenRequest request) {
    try {
      return open(path, request);
    } catch (MmanException e) {
      if (e.error() == error && e.call().equals("open")) {
        return null;
      }
      throw e;
    }
  }

  public static OpenFile adopt(int fd) {
    if (fd < 0) {
      throw new IllegalArgumentException("fd is negative: " + fd);
    }
    Path path = PathBytes.ofDescriptor(fd);
    prepare();
    int result = FileCalls.fstat(fd, new FileStatus());
    if (result < 0) {
      throw Failure.of("fstat", result).arg("fd", fd).exception();
    }
    return new OpenFile(new Descriptor(fd, path, true), path);
  }

  public static OpenFile memory(String label, long size, MemfdFlag... flags) {
    if (size < 0) {
      throw new IllegalArgumentException("size is negative: " + size);
    }
    prepare();
    FileLength.prepare();
    int bits = bits(flags);
    int fd;
    try (Arena arena = Arena.ofConfined()) {
      fd = FileCalls.memfdCreate(PathBytes.of(label, arena), bits);
    }
    if (fd < 0) {
      Failure failure = Failure.of("memfd_create", fd).arg("\"" + label + "\"").flags(flags);
      throw failure.because(FileErrors.memory(failure.error())).exception();
    }
    OpenFile file = new OpenFile(fd, PathBytes.ofDescriptor(fd));
    try {
      FileLength.resize(file, size);
      return opened(file, fd);
    } catch (Throwable e) {
      file.close();
      throw e;
    }
  }

  /** Prepares for more open files, if there are many already. */
  private static OpenFile opened(OpenFile file, int fd) {
    ErrorPreload.prepareForMore(fd);
    if (fd >= ErrorPreload.MANY_FILES && !knowsTransfers && Proc.canOpen()) {
      knowsTransfers = true; // two threads may both load the classes, which does no harm
      try {
        FileTransfer.prepareForMore();
      } catch (LinkageError e) {
        // The descriptors have run out meanwhile; the file is open nevertheless.
      }
    }
    return file;
  }

  /** Loads, on the first call, what is needed once the last free descriptor is taken. */
  private static void prepare() {
    ErrorPreload.prepareForFiles();
    if (!isPrepared) {
      isPrepared = true; // two threads may both load the classes, which does no harm
      try {
        new OpenFile(-1, Path.of(""));
        FileCalls.linkFstat();
      } catch (LinkageError e) {
        // No descriptor is free; the call will fail.
      }
    }
  }

  private static int bits(MemfdFlag... flags) {
    if (!MemfdFlag.ALLOW_SEALING.isSupported()) {
      throw Platform.lacks("memfd_create");
    }
    int bits = MFD_CLOEXEC;
    boolean huge2 = false;
    boolean huge1 = false;
    for (MemfdFlag flag : flags) {
      bits |= flag.bits();
      huge2 |= flag == MemfdFlag.HUGE_2MB;
      huge1 |= flag == MemfdFlag.HUGE_1GB;
    }
    if (huge2 && huge1) {
      throw new IllegalArgumentException("HUGE_2MB and HUGE_1GB exclude each other");
    }
    return bits;
  }

  public static OpenFile sharedMemory(String name, OpenOption... options) {
    OpenRequest request = OpenRequest.of(options).forSharedMemory();
    Path path = PathBytes.ofSharedMemory(name);
    prepare();
    int flags = request.flags();
    int fd;
    try (Arena arena = Arena.ofConfined()) {
      fd = FileCalls.shmOpen(PathBytes.of(name, arena), flags, request.mode());
    }
    if (fd < 0) {
      Failure failure = Failure.of("shm_open", fd).arg("\"" + name + "\"").about(path);
      request.addTo(failure);
      throw failure.because(FileErrors.sharedMemory(failure.error(), name, path)).exception();
    }
    return opened(requireRegular(new OpenFile(fd, path), fd, name), fd, request);
  }

  /** Refuses what shm_open(3) opens although it is no shared memory, such as a directory. */
  private static OpenFile requireRegular(OpenFile file, int fd, String name) {
    FileStatus status = new FileStatus();
    int result = FileCalls.fstat(fd, status);
    if (result == 0 && status.isRegular()) {
      return file;
    }
    file.closeQuietly();
    if (result < 0) {
      throw file.failure("fstat", result).exception();
    }
    throw new IllegalArgumentException(
        "\"" + name + "\" is the name of a directory, a pipe or a device, not of shared memory");
  }

  public static void unlinkSharedMemory(String name) {
    Path path = PathBytes.ofSharedMemory(name);
    int result;
    try (Arena arena = Arena.ofConfined()) {
      result = FileCalls.shmUnlink(PathBytes.of(name, arena));
    }
    if (result < 0) {
      Failure failure = Failure.of("shm_unlink", result).arg("\"" + name + "\"").about(path);
      throw failure.exception();
    }
  }
}
