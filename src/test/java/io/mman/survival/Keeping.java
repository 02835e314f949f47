package io.mman.survival;

import static io.mman.survival.TruncatedFile.PAGE;
import static io.mman.survival.TruncatedFile.assertLost;
import static io.mman.survival.TruncatedFile.get;
import static io.mman.survival.TruncatedFile.set;
import static io.mman.testing.Checks.assertEquals;
import static io.mman.testing.Checks.assertThrows;
import static io.mman.testing.Checks.assertTrue;

import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.NativeFile;
import io.mman.testing.OpenFiles;
import io.mman.testing.Overlay;
import io.mman.testing.Samples;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/** Tests of which files surviving regions keep open. Each runs in a JVM of its own. */
enum Keeping {
  /** Regions of one file share a descriptor for each mode. */
  ONE_DESCRIPTOR {
    @Override
    void run(Path folder) {
      TruncatedFile file = TruncatedFile.of(folder, 4);
      file.request().mapShared().close(); // loads classes
      int before = OpenFiles.count();
      List<MappedRegion> regions = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        regions.add(file.request().mapConfined());
        regions.add(Mapping.file(file.path()).surviveBusErrors().mapConfined());
      }
      assertEquals(before + 2, OpenFiles.count());
      file.truncateToPages(1);
      for (MappedRegion region : regions) {
        get(region, 3 * PAGE);
        assertLost(region, 3, PAGE);
      }
      file.truncateToPages(4);
      MappedRegion last = regions.removeLast();
      MappedRegion rest = last.split(PAGE);
      last.close();
      regions.forEach(MappedRegion::close);
      assertEquals(before + 1, OpenFiles.count());
      rest.restore();
      rest.close();
      assertEquals(before, OpenFiles.count());
    }
  },

  /** Another file of the same name has a descriptor of its own. */
  REPLACED_FILE {
    @Override
    void run(Path folder) {
      TruncatedFile file = TruncatedFile.of(folder, 4);
      MappedRegion old = file.request().mapShared();
      TruncatedFile next = TruncatedFile.of(folder, 8);
      move(next.path(), file.path());
      MappedRegion region = file.request().mapShared();
      assertEquals(8 * PAGE, region.size());
      file.truncateToPages(2);
      get(region, 6 * PAGE);
      assertLost(region, 6, 2 * PAGE);
      TruncatedFile.assertSample(old, 0, 4 * PAGE, 0);
      assertLost(old, 0, -1);
      region.restore();
      assertLost(region, 6, 2 * PAGE);
      region.close();
      old.close();
    }
  },

  /** The descriptor of a closed file stays open, but its lock does not stay. */
  CLOSED_FILE {
    @Override
    void run(Path folder) {
      TruncatedFile file = TruncatedFile.of(folder, 4);
      file.request().mapShared().close(); // loads classes
      int before = OpenFiles.count();
      NativeFile open = NativeFile.open(file.path(), StandardOpenOption.WRITE);
      MappedRegion first = Mapping.file(open).readWrite().surviveBusErrors().mapShared();
      MappedRegion second = Mapping.file(open).surviveBusErrors().map(Arena.ofAuto());
      MappedRegion rest = first.split(2 * PAGE);
      first.close();
      assertTrue(open.tryLock(false), "not locked");
      open.close();
      open.close();
      assertTrue(!open.isOpen(), "still open");
      assertThrows(IllegalStateException.class, open::size);
      assertThrows(IllegalStateException.class, () -> rest.resize(3 * PAGE));
      assertEquals(before + 1, OpenFiles.count());
      try (NativeFile other = NativeFile.open(file.path(), StandardOpenOption.WRITE)) {
        assertTrue(other.tryLock(false), "still locked");
      }
      file.truncate(0);
      set(rest, PAGE, 1);
      get(second, 0);
      assertLost(rest, 2, 0);
      file.truncateToPages(4);
      rest.restore();
      second.restore();
      set(rest, PAGE, 5);
      assertEquals(5, get(second, 3 * PAGE));
      rest.close();
      assertEquals(before + 1, OpenFiles.count()); // until the automatic arena is collected
    }
  },

  /** The last region closes the descriptor, even if its arena unmaps it. */
  ARENA_CLOSED {
    @Override
    void run(Path folder) {
      TruncatedFile file = TruncatedFile.of(folder, 4);
      file.request().mapShared().close(); // loads classes
      int before = OpenFiles.count();
      NativeFile open = NativeFile.open(file.path());
      try (Arena arena = Arena.ofConfined()) {
        Mapping.file(open).surviveBusErrors().map(arena);
        Mapping.file(open).copyOnWrite().surviveBusErrors().map(arena);
        file.request().map(arena);
        open.close();
        assertEquals(before + 2, OpenFiles.count());
      }
      assertEquals(before, OpenFiles.count());
    }
  },

  /** A region of a path can grow, because it has a descriptor. */
  GROWING {
    @Override
    void run(Path folder) {
      TruncatedFile file = TruncatedFile.of(folder, 4);
      try (MappedRegion region = file.request().mapShared()) {
        region.extend(8 * PAGE);
        set(region, 7 * PAGE, 1);
        assertEquals(1, Samples.read(file.path(), 7 * PAGE, 1)[0]);
        file.truncateToPages(6);
        get(region, 6 * PAGE);
        assertLost(region, 2, 6 * PAGE);
      }
    }
  },

  /**
   * On overlayfs a file that is written for the first time is copied. A descriptor from before maps
   * the original.
   */
  COPIED_BY_OVERLAYFS {
    @Override
    void run(Path folder) {
      TruncatedFile file = new TruncatedFile(Overlay.file(folder));
      Mapping request = Mapping.file(file.path()).surviveBusErrors();
      try (MappedRegion old = request.mapShared()) {
        long length = old.size();
        try (MappedRegion writer = file.request().mapShared()) {
          set(writer, 0, 99);
        }
        try (MappedRegion region = request.mapShared()) {
          assertEquals(99, get(region, 0));
          file.truncate(0);
          assertEquals(0, get(region, 0));
          file.truncate(length);
          region.restore();
          assertLost(region, 0, -1);
          assertEquals(0, get(region, 0)); // not the byte of the original
          assertEquals(Samples.at(0), get(old, 0));
        }
      }
    }
  },

  /** A file system whose inode numbers are not trusted: each region has a descriptor. */
  UNKNOWN_FILE_SYSTEM {
    @Override
    void run(Path folder) {
      TruncatedFile file = TruncatedFile.of(folder, 4);
      int before = OpenFiles.count();
      MappedRegion first = file.request().mapShared();
      MappedRegion second = file.request().mapShared();
      assertEquals(before + 2, OpenFiles.count());
      file.truncate(0);
      get(second, 0);
      assertLost(second, 4, 0);
      assertLost(first, 0, -1);
      first.close();
      second.close();
      assertEquals(before, OpenFiles.count());
    }
  },

  /** New files, with and without contents. */
  CREATED {
    @Override
    void run(Path folder) {
      Path path = folder.resolve("created");
      Mapping request = Mapping.file(path).create(4 * PAGE).surviveBusErrors();
      try (MappedRegion first = request.mapShared();
          MappedRegion second = request.mapShared()) {
        set(first, PAGE, 3);
        assertEquals(3, get(second, PAGE));
        new TruncatedFile(path).truncateToPages(1);
        assertEquals(0, get(first, PAGE));
        assertLost(first, 3, PAGE);
        assertLost(second, 0, -1);
      }
      assertTrue(Files.exists(path), "not created");
    }
  };

  abstract void run(Path folder);

  static void move(Path from, Path to) {
    try {
      Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Takes a folder and the name of a test. */
  public static void main(String... arguments) {
    valueOf(arguments[1]).run(Path.of(arguments[0]));
    System.out.println("survived");
  }
}
