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

/** Something to map and touch, and what it takes to touch it for the first time again. */
public final class Memory implements AutoCloseable {
  private static final Path SHM = Path.of("/dev/shm");
  private static final int PIECE = 1 << 20;

  private final Backing backing;
  private final long bytes;
  private final Path path;

  /** Null where there is no file. */
  final NativeFile file;

  /**
   * The same file for C; null where there is none. A descriptor of its own, since the library does
   * not use the offset of one whose number it has told.
   */
  final NativeFile forC;

  /** The same file for the JDK; null where there is none. */
  final FileChannel channel;

  /** Creates the file, with its blocks if it is on a disk. */
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
        // close() deletes it; this is for a failure on the way there
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

  /** Fills the file: a hole would be no page to read. */
  private void write() throws IOException {
    ByteBuffer piece = ByteBuffer.allocateDirect(PIECE);
    for (long at = 0; at < bytes; at += PIECE) {
      piece.clear().limit((int) Math.min(PIECE, bytes - at));
      channel.write(piece, at);
    }
    channel.force(true);
  }

  /** Makes the next touch the first one, with the pages of a file in the page cache. */
  public void reset() {
    if (backing.keepsPages()) {
      file.resize(0);
      file.resize(bytes);
    }
  }

  /** Drops the page cache of the file, which keeps what somebody still has mapped. */
  void chill() throws InterruptedException {
    file.syncData();
    file.advise(FileAdvice.DONTNEED, 0, bytes);
    for (int i = 0; cachedPages() > pages() / 100; i++) {
      if (i == 1000) {
        throw new IllegalStateException(cachedPages() + " pages stay in the page cache");
      }
      Thread.sleep(1); // some unmap in a thread of their own
      file.advise(FileAdvice.DONTNEED, 0, bytes);
    }
  }

  private long cachedPages() {
    try {
      return file.cacheStat(0, bytes).cached();
    } catch (UnsupportedOperationException oldKernel) {
      return 0; // not known
    }
  }

  /** The mapping to touch. */
  public Mapping mapping() {
    Mapping mapping = file == null ? Mapping.anonymous(bytes) : Mapping.file(file).range(0, bytes);
    mapping = backing.isShared() ? mapping.shared() : mapping.copyOnWrite();
    return mapping.protection(backing.writes() ? Protection.READ_WRITE : Protection.READ);
  }

  /** The kind that says the same in C. */
  public long kind() {
    return (backing.isShared() ? CLoops.SHARED : 0) | (backing.writes() ? CLoops.WRITE : 0);
  }

  /** Whether a touch of it is a store. */
  public boolean writes() {
    return backing.writes();
  }

  /** A descriptor for C, or -1. */
  public int fd() {
    return forC == null ? -1 : forC.fd();
  }

  Path path() {
    return path;
  }

  long bytes() {
    return bytes;
  }

  /** The number of pages of 4 KiB. */
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
