package io.mman;

import io.mman.libc.FileCalls;
import io.mman.libc.FileStatus;
import io.mman.platform.OpenFlags;
import io.mman.platform.Platform;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/** The ways to come by a {@link NativeFile}. */
final class Opening {
  private static final int EINTR = 4;
  private static final int OWNER_ONLY = 0600;

  private Opening() {}

  static NativeFile file(Path path, OpenRequest request) {
    PathBytes.requireDefaultFileSystem(path);
    int fd;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = PathBytes.of(path, arena);
      do {
        fd = FileCalls.open(name, request.flags(), request.mode());
      } while (fd == -EINTR);
    }
    if (fd < 0) {
      throw Failure.of("open", fd)
          .file(path)
          .arg("flags=0x" + Integer.toHexString(request.flags()))
          .because(FileCauses::open)
          .exception();
    }
    return new NativeFile(fd, path);
  }

  static NativeFile adopt(int fd) {
    if (fd < 0) {
      throw new IllegalArgumentException("not a descriptor: " + fd);
    }
    int result = FileCalls.fstat(fd, new FileStatus());
    if (result < 0) {
      throw Failure.of("fstat", result).arg("fd", fd).exception();
    }
    return new NativeFile(fd, entryOf(fd));
  }

  static NativeFile memory(String label, long size, MemfdFlag... flags) {
    if (size < 0) {
      throw new IllegalArgumentException("size is negative: " + size);
    }
    int bits = MemfdFlag.bits(flags) | MemfdFlag.closeOnExec();
    int fd;
    try (Arena arena = Arena.ofConfined()) {
      fd = FileCalls.memfdCreate(PathBytes.of(label, arena), bits);
    }
    if (fd < 0) {
      throw Failure.of("memfd_create", fd)
          .arg("\"" + label + "\"")
          .flags(flags)
          .because(FileCauses::memory)
          .exception();
    }
    NativeFile file = new NativeFile(fd, entryOf(fd));
    try {
      file.resize(size);
      return file;
    } catch (RuntimeException e) {
      file.close();
      throw e;
    }
  }

  static NativeFile sharedMemory(String name, OpenRequest request) {
    int flags = request.flags() & ~OpenFlags.O_NOCTTY.bits();
    int fd;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment bytes = PathBytes.of(name, arena);
      do {
        fd = FileCalls.shmOpen(bytes, flags, OWNER_ONLY);
      } while (fd == -EINTR);
    }
    Path path = pathOf(name);
    if (fd < 0) {
      throw Failure.of("shm_open", fd)
          .arg("\"" + name + "\"")
          .about(path)
          .because(FileCauses::open)
          .exception();
    }
    return new NativeFile(fd, path);
  }

  static void unlinkSharedMemory(String name) {
    int result;
    try (Arena arena = Arena.ofConfined()) {
      result = FileCalls.shmUnlink(PathBytes.of(name, arena));
    }
    if (result < 0) {
      throw Failure.of("shm_unlink", result)
          .arg("\"" + name + "\"")
          .about(pathOf(name))
          .exception();
    }
  }

  /** Linux keeps the objects in a file system of their own, other systems give them no path. */
  private static Path pathOf(String name) {
    return Platform.current().isLinux()
        ? Path.of("/dev/shm", name.startsWith("/") ? name.substring(1) : name)
        : Path.of(name);
  }

  private static Path entryOf(int fd) {
    return Platform.current().isLinux()
        ? Path.of("/proc/" + ProcessHandle.current().pid() + "/fd/" + fd)
        : Path.of("/dev/fd/" + fd);
  }
}
