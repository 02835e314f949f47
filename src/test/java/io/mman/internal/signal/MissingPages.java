package io.mman.internal.signal;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.WRITE;

import io.mman.Advice;
import io.mman.FileAdvice;
import io.mman.MappedRegion;
import io.mman.NativeFile;
import io.mman.testing.Samples;
import io.mman.testing.SmallDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/** Why the last pages of a file cannot be provided. */
enum MissingPages {
  /** Another program has truncated the file in the middle of the page before the missing ones. */
  TRUNCATED(null) {
    @Override
    Path file(Path folder) {
      return Samples.file(folder, AccessKinds.LENGTH);
    }

    @Override
    void lose(Path path) {
      Samples.resize(path, AccessKinds.TRUNCATED_LENGTH);
    }

    @Override
    void provide(Path path) {
      Samples.resize(path, AccessKinds.LENGTH);
    }

    @Override
    long lostPages(AccessKinds.Kind kind) {
      return AccessKinds.PAGES - AccessKinds.KEPT;
    }
  },

  /** The file system is full. It allocates a page for a hole even for a load. */
  FULL_TMPFS(SmallDisk.TMPFS),

  /** The file system is full. It allocates blocks for stores only, and loads read zeros. */
  FULL_EXT4(SmallDisk.EXT4) {
    @Override
    long lostPages(AccessKinds.Kind kind) {
      return kind.stores() ? kind.pages() : 0;
    }
  },

  /** The medium answers with an error. */
  UNREADABLE(SmallDisk.EXT4) {
    @Override
    Path file(Path folder) {
      return Samples.file(folder, AccessKinds.LENGTH);
    }

    @Override
    void prepare(MappedRegion region, Path path) {
      try (NativeFile file = NativeFile.open(path, WRITE)) {
        file.sync();
        region.advise(Advice.RANDOM); // no readahead
        file.advise(FileAdvice.DONTNEED, 0, AccessKinds.LENGTH);
      }
      AccessKinds.requireKept(region.segment(), this);
      Samples.resize(Path.of(path.getParent() + ".img"), 4096);
    }
  };

  /** The disk whose mount point is the folder, or null for any folder. */
  final SmallDisk disk;

  MissingPages(SmallDisk disk) {
    this.disk = disk;
  }

  /** Creates the file with a hole, and fills up the disk. */
  Path file(Path folder) throws IOException {
    Path path = Samples.file(folder, AccessKinds.KEPT * Victim.PAGE);
    Samples.resize(path, AccessKinds.LENGTH);
    ByteBuffer block = ByteBuffer.allocateDirect((int) Victim.PAGE);
    try (FileChannel filler = FileChannel.open(folder.resolve("filler"), CREATE_NEW, WRITE)) {
      while (true) {
        filler.write(block.clear());
      }
    } catch (IOException full) {
      return path;
    }
  }

  void prepare(MappedRegion region, Path path) {}

  /** Makes the pages missing, unless they are from the start. */
  void lose(Path path) {}

  /** Provides the pages again, if that is possible. */
  void provide(Path path) {}

  /** Returns how many pages an access loses. */
  long lostPages(AccessKinds.Kind kind) {
    return kind.pages();
  }
}
