package io.mman.search;

import io.mman.FileAdvice;
import io.mman.FileSeal;
import io.mman.MemfdFlag;
import io.mman.NativeFile;
import io.mman.testing.Samples;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicInteger;

/** All operations with files; no two of them are the same file. */
final class FileOps {
  /** The name of memory files in /proc, and the prefix of the folder with the other files. */
  static final String MARK = "mman-search";

  private static final AtomicInteger NAMES = new AtomicInteger();
  private static final long PAGES = 8;
  private static final long MOST_BYTES = 12 * Step.PAGE;

  private final World world;

  FileOps(World world) {
    this.world = world;
  }

  void open(Step step) throws IOException {
    NativeFile file;
    if (step.once(0, 4)) {
      Path path = world.folder.resolve("file-" + NAMES.incrementAndGet());
      file = NativeFile.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      Files.delete(path);
      file.resize(PAGES * Step.PAGE);
    } else {
      file = NativeFile.memory(MARK, PAGES * Step.PAGE + 99, MemfdFlag.ALLOW_SEALING);
    }
    World.Shelf shelf = new World.Shelf(file, World.newPattern(true));
    world.allFiles.add(shelf);
    world.files.set(step.slot() % world.files.length(), shelf);
  }

  void call(Step step) {
    World.Shelf shelf = world.files.get(step.slot() % world.files.length());
    if (shelf == null) {
      return;
    }
    NativeFile file = shelf.file();
    switch (step.pick() % 11) {
      case 0 -> require(file.size() >= 0);
      case 1 -> allocate(file, step);
      case 2 -> file.sync();
      case 3 -> file.syncData();
      case 4 -> file.advise(step.choose(4, FileAdvice.values()), step.from(), step.length());
      case 5 -> require(file.cacheStat(step.from(), step.length()).cached() >= 0);
      case 6 -> file.seal(step.choose(4, FileSeal.GROW, FileSeal.SHRINK, FileSeal.WRITE));
      case 7 -> file.seals();
      case 8 -> file.tryLock(step.once(4, 2));
      case 9 -> file.unlock();
      default -> transfer(shelf, step);
    }
  }

  /** Writes only what the file has already. */
  private static void transfer(World.Shelf shelf, Step step) {
    NativeFile file = shelf.file();
    int length = Math.floorMod(step.length(), (int) Step.PAGE);
    if (step.once(8, 2)) {
      require(file.fd() >= 0 && file.toString().contains("\""));
    } else if (step.once(9, 2)) {
      long end = Math.min(file.size(), PAGES * Step.PAGE);
      byte[] bytes = shelf.pattern().bytes(step.from(), length);
      if (Step.isWild(step.from()) || step.from() + length <= end) {
        require(file.write(step.from(), MemorySegment.ofArray(bytes)) <= length);
      }
    } else {
      require(file.read(step.from(), MemorySegment.ofArray(new byte[length])) <= length);
    }
  }

  /** At most some pages, because a memory file would really allocate them all. */
  private static void allocate(NativeFile file, Step step) {
    long length = Math.min(step.length(), PAGES * Step.PAGE);
    file.allocate(step.from(), length);
    require(step.from() >= 0 && length >= 0);
  }

  void resize(Step step) {
    World.Shelf shelf = world.files.get(step.slot() % world.files.length());
    if (shelf != null) {
      shelf.file().resize(step.length());
      require(step.length() >= 0);
    }
  }

  /** Truncates or extends a file as another process would. */
  void truncate(Step step) {
    Samples.resize(world.unsteady.file().path(), Math.floorMod(step.length(), MOST_BYTES));
  }

  void close(Step step) {
    World.Shelf shelf = world.files.get(step.slot() % world.files.length());
    if (shelf != null) {
      shelf.file().close();
      require(!shelf.file().isOpen());
    }
  }

  private static void require(boolean condition) {
    if (!condition) {
      throw new AssertionError("not as documented");
    }
  }
}
