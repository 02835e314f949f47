package io.mman.survival;

import static io.mman.survival.TruncatedFile.PAGE;
import static io.mman.survival.TruncatedFile.assertIo;
import static io.mman.survival.TruncatedFile.assertLost;
import static io.mman.survival.TruncatedFile.assertSample;
import static io.mman.survival.TruncatedFile.assertZero;
import static io.mman.survival.TruncatedFile.get;
import static io.mman.survival.TruncatedFile.set;
import static io.mman.testing.Checks.assertArrayEquals;
import static io.mman.testing.Checks.assertEquals;
import static io.mman.testing.Checks.assertThrows;

import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.MmanException;
import io.mman.NativeFile;
import io.mman.Protection;
import io.mman.RegionGroup;
import io.mman.testing.ChildJvm;
import io.mman.testing.ProcMaps;
import io.mman.testing.Samples;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;

/** Tests of mirrored regions that lose pages, in one half or both. Each runs in its own JVM. */
enum Mirrored {
  /** Each half loses the pages that the file has lost, when it is accessed. */
  EACH_HALF {
    @Override
    void run(TruncatedFile file, MappedRegion ring) {
      file.truncateToPages(FIRST + 3);
      assertLost(ring, 0, -1);
      assertZero(ring, HALF + 3 * PAGE, 2 * HALF);
      assertEquals(5, ring.lostPages());
      assertLost(ring, 5, HALF + 3 * PAGE);
      assertSample(ring, 0, 3 * PAGE, FIRST * PAGE);
      assertSample(ring, HALF, HALF + 3 * PAGE, FIRST * PAGE - HALF);
      assertEquals(5, ring.lostPages());

      assertZero(ring, 3 * PAGE, HALF);
      assertEquals(10, ring.lostPages());
      assertLost(ring, 10, 3 * PAGE);
      set(ring, 4 * PAGE, 7);
      assertEquals((byte) 0, get(ring, HALF + 4 * PAGE)); // zeros of one half only
    }
  },

  /** Another process truncates the file. */
  BY_ANOTHER_PROCESS {
    @Override
    void run(TruncatedFile file, MappedRegion ring) {
      ChildJvm.of(Truncating.class).run(file.path().toString()).success();
      assertZero(ring, HALF - PAGE, HALF);
      assertSample(ring, HALF, HALF + PAGE, FIRST * PAGE - HALF);
      assertZero(ring, 2 * HALF - PAGE, 2 * HALF);
      assertEquals(2 * (PAGES - 1), ring.lostPages());
      ring.close();
      assertEquals(2 * (PAGES - 1), ring.lostPages());
    }
  },

  /** The file is mapped over the pages of both halves, each at its own offset. */
  RESTORED {
    @Override
    void run(TruncatedFile file, MappedRegion ring) {
      file.truncateToPages(FIRST + 1);
      get(ring, PAGE);
      get(ring, HALF + PAGE);
      file.rewrite(FIRST + 4);
      ring.restore();
      assertLost(ring, 8, 4 * PAGE);
      for (long half = 0; half <= HALF; half += HALF) {
        assertSample(ring, half, half + 4 * PAGE, FIRST * PAGE - half);
        assertZero(ring, half + 4 * PAGE, half + HALF);
      }
      set(ring, HALF + 5, 99);
      assertEquals((byte) 99, get(ring, 5));
      set(ring, 3 * PAGE + 5, 98);
      assertEquals((byte) 98, get(ring, HALF + 3 * PAGE + 5));

      file.rewrite(FIRST + PAGES);
      ring.restore();
      assertLost(ring, 0, -1);
      assertEquals(14, ring.lostPages());
      assertSample(ring, 0, HALF, FIRST * PAGE);
      assertSample(ring, HALF, 2 * HALF, FIRST * PAGE - HALF);
      List<ProcMaps.Area> areas = ProcMaps.ofFile(file.path());
      assertEquals(2 * HALF, areas.stream().mapToLong(ProcMaps.Area::size).sum());
    }
  },

  /** Only pages of the range count, and those of the other half do not. */
  CALLS {
    @Override
    void run(TruncatedFile file, MappedRegion ring) {
      file.truncateToPages(FIRST + 7);
      get(ring, 2 * HALF - 1);
      assertLost(ring, 1, 2 * HALF - PAGE);
      ring.sync(0, HALF);
      ring.sync(HALF - PAGE, 2 * PAGE);
      assertIo("msync", 1, 2 * HALF - PAGE, ring::sync);
      assertIo("msync", 1, 2 * HALF - 1, () -> ring.sync(2 * HALF - 1, 1));
      byte[] bytes = new byte[(int) (2 * PAGE)];
      MemorySegment target = MemorySegment.ofArray(bytes);
      assertThrows(MmanException.class, () -> ring.read(2 * HALF - 2 * PAGE, target));
      assertThrows(MmanException.class, () -> ring.write(2 * HALF - 2 * PAGE, target));
      assertEquals(PAGE, ring.read(HALF - 2 * PAGE, target)); // missing, but not lost yet
      file.rewrite(FIRST + PAGES);
      assertEquals(2 * PAGE, ring.read(HALF - PAGE, target));
      byte[] expected = Samples.bytes((FIRST + 7) * PAGE, 2 * PAGE);
      System.arraycopy(Samples.bytes(FIRST * PAGE, PAGE), 0, expected, (int) PAGE, (int) PAGE);
      assertArrayEquals(expected, bytes);
      ring.restore();
      ring.sync();
      assertSample(ring, HALF, 2 * HALF, FIRST * PAGE - HALF);
    }
  },

  /** Pages that are replaced after a change have the protection of it, in both halves. */
  PROTECTED {
    @Override
    void run(TruncatedFile file, MappedRegion ring) {
      ring.protect(Protection.READ);
      file.truncateToPages(FIRST);
      get(ring, 0);
      get(ring, 2 * HALF - 1);
      for (long half = 0; half < 2; half++) {
        assertEquals("r--p", ProcMaps.of(ring.segment().asSlice(half * HALF + PAGE)).perms());
      }
      ring.protect(Protection.READ_WRITE);
      for (long i = 0; i < 2 * HALF; i += PAGE) {
        set(ring, i, 5);
      }
      assertLost(ring, 2 * PAGES, 0);
      file.rewrite(FIRST + PAGES);
      ring.restore();
      set(ring, HALF, 6);
      assertEquals((byte) 6, get(ring, 0));
    }
  },

  /** A region survives until its group closes, and what is mapped there afterwards is its own. */
  GROUPED {
    @Override
    void run(TruncatedFile file, MappedRegion ring) {
      RegionGroup group = RegionGroup.open();
      NativeFile open = NativeFile.open(file.path(), StandardOpenOption.WRITE);
      MappedRegion lent =
          Mapping.file(open).from(FIRST * PAGE).mirrored().surviveBusErrors().map(group);
      open.close(); // the region keeps the descriptor
      file.truncateToPages(FIRST + 1);
      assertZero(lent, HALF + PAGE, 2 * HALF);
      assertZero(lent, PAGE, HALF);
      assertLost(lent, 2 * (PAGES - 1), PAGE);
      group.close();
      assertEquals(2 * (PAGES - 1), lent.lostPages());
      file.rewrite(FIRST + PAGES);
      assertLost(ring, 0, -1);
      assertSample(ring, 0, HALF, FIRST * PAGE);
    }
  },

  /** Explicitly refused changes leave the registration as it is. */
  UNCHANGED {
    @Override
    void run(TruncatedFile file, MappedRegion ring) {
      file.truncateToPages(FIRST + 1);
      get(ring, HALF + PAGE);
      for (Runnable change :
          Arrays.<Runnable>asList(
              () -> ring.resize(HALF),
              () -> ring.extend(2 * HALF),
              () -> ring.split(HALF),
              () -> ring.join(ring(file)),
              ring::seal)) {
        assertThrows(UnsupportedOperationException.class, change);
      }
      assertLost(ring, PAGES - 1, HALF + PAGE);
      assertZero(ring, PAGE, HALF);
      assertLost(ring, 2 * (PAGES - 1), PAGE);
    }
  };

  private static final long FIRST = 2;
  private static final long PAGES = 8;
  private static final long HALF = PAGES * PAGE;

  abstract void run(TruncatedFile file, MappedRegion ring);

  /** Maps all pages from the third one on. */
  private static MappedRegion ring(TruncatedFile file) {
    try (NativeFile open = NativeFile.open(file.path(), StandardOpenOption.WRITE)) {
      return Mapping.file(open)
          .from(FIRST * PAGE)
          .readWrite()
          .mirrored()
          .surviveBusErrors()
          .mapShared();
    }
  }

  /** Takes a folder and the name of a test. */
  public static void main(String... arguments) {
    TruncatedFile file = TruncatedFile.of(Path.of(arguments[0]), FIRST + PAGES);
    try (MappedRegion ring = ring(file)) {
      valueOf(arguments[1]).run(file, ring);
    }
    System.out.println("survived");
  }

  /** Leaves the first page that is mapped. */
  static class Truncating {
    public static void main(String... arguments) {
      Samples.resize(Path.of(arguments[0]), (FIRST + 1) * PAGE);
    }
  }
}
