package io.mman;

import io.mman.libc.FileCalls;
import io.mman.libc.FileStatus;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/** The ways to come by a {@link NativeFile}. Written without lambdas, whose first costs time. */
final class Opening {
  private static final int EINTR = 4;

  private Opening() {}

  static NativeFile file(Path path, OpenRequest request) {
    PathBytes.requireDefaultFileSystem(path);
    ErrorPath.prepareForFiles();
    int flags = request.flags();
    int fd;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = PathBytes.of(path, arena);
      do {
        fd = FileCalls.open(name, flags, request.mode());
      } while (fd == -EINTR);
    }
    if (fd < 0) {
      Failure failure = request.addTo(Failure.of("open", fd).file(path));
      throw failure.because(FileCauses.open(failure.error())).exception();
    }
    return new NativeFile(fd, path);
  }

  static NativeFile adopt(int fd) {
    if (fd < 0) {
      throw new IllegalArgumentException("not a descriptor: " + fd);
    }
    Path path = PathBytes.ofDescriptor(fd);
    ErrorPath.prepareForFiles();
    FileStatus status = new FileStatus();
    int result;
    do {
      result = FileCalls.fstat(fd, status);
    } while (result == -EINTR);
    if (result < 0) {
      throw Failure.of("fstat", result).arg("fd", fd).exception();
    }
    NativeFile file = new NativeFile(fd, path);
    file.descriptor().reveal(); // someone had it before
    return file;
  }

  static NativeFile memory(String label, long size, MemfdFlag... flags) {
    if (size < 0) {
      throw new IllegalArgumentException("size is negative: " + size);
    }
    ErrorPath.prepareForFiles();
    int bits = MemfdFlag.closeOnExec() | MemfdFlag.bits(flags);
    int fd;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = PathBytes.of(label, arena);
      do {
        fd = FileCalls.memfdCreate(name, bits);
      } while (fd == -EINTR);
    }
    if (fd < 0) {
      Failure failure = Failure.of("memfd_create", fd).arg("\"" + label + "\"").flags(flags);
      throw failure.because(FileCauses.memory(failure.error())).exception();
    }
    NativeFile file = new NativeFile(fd, PathBytes.ofDescriptor(fd));
    try {
      file.resize(size);
      return file;
    } catch (Throwable e) {
      file.close();
      throw e;
    }
  }

  static NativeFile sharedMemory(String name, OpenRequest options) {
    OpenRequest request = options.forSharedMemory();
    Path path = PathBytes.ofSharedMemory(name);
    ErrorPath.prepareForFiles();
    int flags = request.flags();
    int fd;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment bytes = PathBytes.of(name, arena);
      do {
        fd = FileCalls.shmOpen(bytes, flags, request.mode());
      } while (fd == -EINTR);
    }
    if (fd < 0) {
      Failure failure = Failure.of("shm_open", fd).arg("\"" + name + "\"").about(path);
      request.addTo(failure);
      throw failure.because(FileCauses.sharedMemory(failure.error())).exception();
    }
    return new NativeFile(fd, path);
  }

  static void unlinkSharedMemory(String name) {
    Path path = PathBytes.ofSharedMemory(name);
    int result;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment bytes = PathBytes.of(name, arena);
      do {
        result = FileCalls.shmUnlink(bytes);
      } while (result == -EINTR);
    }
    if (result < 0) {
      Failure failure = Failure.of("shm_unlink", result).arg("\"" + name + "\"").about(path);
      throw failure.exception();
    }
  }
}
