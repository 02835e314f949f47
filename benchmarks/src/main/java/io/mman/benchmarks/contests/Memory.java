package io.mman.benchmarks.contests;

import io.mman.FileAdvice;
import io.mman.Mapping;
import io.mman.NativeFile;
import io.mman.Protection;
import io.mman.benchmarks.CLoops;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Memory or a file to map, which can be put back into the state before the first access. */
public final class Memory implements AutoCloseable {
  private static final Path SHM = Path.of("/dev/shm");
  private static final int PIECE = 1 << 20;

  private final Backing backing;
  private final long bytes;
  private final Path path;

  /** The file, or null for memory without one. */
  final NativeFile file;

  /**
   * The same file for C, or null. It has its own descriptor, because once {@code fd()} has been
   * called, the library queries the length by fstat(2) instead of lseek(2).
   */
  final NativeFile forC;

  /** The same file for the JDK, or null. */
  final FileChannel channel;

  /** Creates the file. On a disk, its blocks are allocated too. */
  public Memory(Backing backing, long bytes, Path disk) throws IOException {
    this.backing = backing;
    this.bytes = bytes;
    switch (backing) {
      case ANONYMOUS, ANONYMOUS_SHARED -> {
        path = null;
        file = null;
      }
      case DEV_ZERO -> {
        path = null;
        file = NativeFile.open(Path.of("/dev/zero"), StandardOpenOption.WRITE);
      }
      case MEMFD -> {
        path = null;
        file = NativeFile.memory("benchmark", bytes);
      }
      default -> {
        path = Files.createTempFile(backing.isOnDisk() ? disk : SHM, "mman", ".bin");
        // close() deletes the file; this is for a failure before close().
        path.toFile().deleteOnExit();
        file = NativeFile.open(path, StandardOpenOption.WRITE);
      }
    }
    forC = file == null ? null : NativeFile.open(file.path(), StandardOpenOption.WRITE);
    channel = file == null || backing == Backing.DEV_ZERO ? null : open(file);
    if (backing.isOnDisk()) {
      write();
    }
  }

  private static FileChannel open(NativeFile file) throws IOException {
    return FileChannel.open(file.path(), StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  /** Fills the file, because a hole has no pages that could be cached. */
  private void write() throws IOException {
    ByteBuffer piece = ByteBuffer.allocateDirect(PIECE);
    for (long at = 0; at < bytes; at += PIECE) {
      piece.clear().limit((int) Math.min(PIECE, bytes - at));
      channel.write(piece, at);
    }
    channel.force(true);
  }

  /** Makes the next access the first one again. The pages of a disk file stay in the page cache. */
  public void reset() {
    if (backing.keepsPages()) {
      file.resize(0);
      file.resize(bytes);
    }
  }

  /** Drops the file from the page cache, which keeps pages that are still mapped. */
  void chill() throws InterruptedException {
    file.syncData();
    file.advise(FileAdvice.DONTNEED, 0, bytes);
    for (int i = 0; cachedPages() > pages() / 100; i++) {
      if (i == 1000) {
        throw new IllegalStateException(cachedPages() + " pages remain in the page cache");
      }
      Thread.sleep(1); // Some implementations unmap in another thread.
      file.advise(FileAdvice.DONTNEED, 0, bytes);
    }
  }

  private long cachedPages() {
    try {
      return file.cacheStat(0, bytes).cached();
    } catch (UnsupportedOperationException oldKernel) {
      return 0; // The kernel cannot report it.
    }
  }

  /** Returns the mapping to access. */
  public Mapping mapping() {
    Mapping mapping = file == null ? Mapping.anonymous(bytes) : Mapping.file(file).range(0, bytes);
    mapping = backing.isShared() ? mapping.shared() : mapping.copyOnWrite();
    return mapping.protection(backing.writes() ? Protection.READ_WRITE : Protection.READ);
  }

  /** Returns the same kind of mapping as flags for loops.c. */
  public long kind() {
    return (backing.isShared() ? CLoops.SHARED : 0) | (backing.writes() ? CLoops.WRITE : 0);
  }

  /** Returns whether an access is a store. */
  public boolean writes() {
    return backing.writes();
  }

  /** Returns a descriptor for C, or -1 if there is no file. */
  public int fd() {
    return forC == null ? -1 : forC.fd();
  }

  Path path() {
    return path;
  }

  long bytes() {
    return bytes;
  }

  /** Returns the number of pages of 4 KiB. */
  public double pages() {
    return bytes / 4096.0;
  }

  FileChannel.MapMode mode() {
    if (!backing.writes()) {
      return FileChannel.MapMode.READ_ONLY;
    }
    return backing.isShared() ? FileChannel.MapMode.READ_WRITE : FileChannel.MapMode.PRIVATE;
  }

  @Override
  public void close() throws IOException {
    if (channel != null) {
      channel.close();
    }
    if (file != null) {
      file.close();
      forC.close();
    }
    if (path != null) {
      Files.delete(path);
    }
  }
}
