package io.mman.survival;

import static io.mman.survival.TruncatedFile.PAGE;
import static io.mman.survival.TruncatedFile.assertIo;
import static io.mman.survival.TruncatedFile.assertLost;
import static io.mman.survival.TruncatedFile.assertSample;
import static io.mman.survival.TruncatedFile.assertZero;
import static io.mman.survival.TruncatedFile.get;
import static io.mman.survival.TruncatedFile.set;
import static io.mman.testing.Checks.assertEquals;
import static io.mman.testing.Checks.assertThrows;
import static io.mman.testing.Checks.assertTrue;

import io.mman.Advice;
import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.MmanException;
import io.mman.NativeFile;
import io.mman.Pin;
import io.mman.Protection;
import io.mman.RegionGroup;
import io.mman.testing.Samples;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** Tests of regions after they have lost pages. Each runs in a JVM of its own. */
enum Semantics {
  /** Each kind of lifetime and sharing. */
  TRUNCATED {
    @Override
    void run(Path folder) {
      TruncatedFile file = TruncatedFile.of(folder, 16);
      try (Arena arena = Arena.ofShared();
          RegionGroup group = RegionGroup.open();
          NativeFile open = NativeFile.open(file.path(), StandardOpenOption.WRITE)) {
        Mapping ofFile = Mapping.file(open).surviveBusErrors();
        List<MappedRegion> regions =
            List.of(
                file.request().mapConfined(),
                file.request().mapShared(),
                file.request().map(arena),
                file.request().copyOnWrite().map(group),
                Mapping.file(file.path()).surviveBusErrors().mapShared(),
                ofFile.mapShared(),
                ofFile.readWrite().mapConfined(),
                ofFile.copyOnWrite().map(Arena.ofAuto()),
                ofFile.hugePages().guardPages().alignment(1 << 16).mapShared());
        file.truncate(10 * PAGE + 5);
        for (MappedRegion region : regions) {
          assertEquals(0, region.lostPages());
          assertSample(region, 0, 10 * PAGE + 5, 0);
          assertZero(region, 10 * PAGE + 5, 11 * PAGE);
          assertLost(region, 0, -1);
          assertZero(region, 13 * PAGE, 16 * PAGE);
          assertEquals(5, region.lostPages());
          assertLost(region, 5, 11 * PAGE);
          assertZero(region, 11 * PAGE, 13 * PAGE);
          assertEquals(5, region.lostPages());
          assertSample(region, 0, 10 * PAGE + 5, 0);
          region.close();
          assertEquals(5, region.lostPages());
        }
      }
    }
  },

  /** Offsets are those of the region, although it begins inside a page. */
  BEGINS_INSIDE_A_PAGE {
    @Override
    void run(Path folder) {
      TruncatedFile file = TruncatedFile.of(folder, 8);
      try (MappedRegion region = file.request().range(PAGE + 100, 3 * PAGE).mapShared()) {
        file.truncateToPages(2);
        assertSample(region, 0, PAGE - 100, PAGE + 100);
        assertZero(region, PAGE - 100, 3 * PAGE);
        assertEquals(3, region.lostPages());
        assertLost(region, 3, PAGE - 100);
        MemorySegment bytes = MemorySegment.ofArray(new byte[(int) PAGE]);
        assertEquals(PAGE - 100, region.read(0, bytes.asSlice(100)));
        assertIo("process_vm_readv", 1, PAGE - 100, () -> region.read(0, bytes.asSlice(99)));
        file.truncate(0);
        assertZero(region, 0, PAGE - 100);
        assertLost(region, 4, 0);
        region.sync(0, 0);
        assertIo("msync", 1, 0, () -> region.sync(0, 1));
      }
    }
  },

  /** Calls that transfer bytes fail with EIO on lost pages. Other pages are still written. */
  REPORTED {
    @Override
    void run(Path folder) {
      TruncatedFile file = TruncatedFile.of(folder, 16);
      try (MappedRegion region = file.request().mapShared()) {
        file.truncateToPages(8);
        set(region, 9 * PAGE, 1);
        set(region, 3 * PAGE, 2);
        assertIo("msync", 8, 8 * PAGE, region::sync);
        assertIo("msync", 1, 8 * PAGE, () -> region.sync(8 * PAGE - 1, 2));
        region.sync(0, 8 * PAGE);
        assertEquals(2, Samples.read(file.path(), 3 * PAGE, 1)[0]);

        MemorySegment bytes = MemorySegment.ofArray(new byte[(int) (2 * PAGE)]);
        assertIo("process_vm_readv", 2, 8 * PAGE, () -> region.read(8 * PAGE, bytes));
        assertIo("process_vm_readv", 1, 8 * PAGE, () -> region.read(7 * PAGE, bytes));
        assertEquals(2 * PAGE, region.read(6 * PAGE, bytes));
        assertIo("process_vm_writev", 1, 8 * PAGE, () -> region.write(7 * PAGE, bytes));
        assertEquals(2 * PAGE, region.write(0, bytes.fill((byte) 9)));
        assertEquals(9, Samples.read(file.path(), 0, 1)[0]);
        assertEquals(0, region.read(16 * PAGE, bytes.asSlice(0, 0)));
        assertThrows(
            IndexOutOfBoundsException.class, () -> region.read(16 * PAGE, bytes.asSlice(0, 1)));
        assertEquals(1, get(region, 9 * PAGE));

        assertEquals(8, region.residency(8 * PAGE, 8 * PAGE).pages());
        region.populate(8 * PAGE, 8 * PAGE);
        region.lock(8 * PAGE, PAGE);
        region.unlock();
        region.advise(Advice.WILLNEED);
        region.advise(Advice.DONTNEED, 9 * PAGE, PAGE);
        assertEquals(0, get(region, 9 * PAGE)); // private zeros again
        assertEquals(8, region.lostPages());
        assertTrue(region.stats().rss() > 0, "no statistics");
      }
    }
  },

  /** A call that finds missing pages itself still fails with EFAULT, and nothing is lost by it. */
  NOT_ACCESSED {
    @Override
    void run(Path folder) {
      TruncatedFile file = TruncatedFile.of(folder, 16);
      try (MappedRegion region = file.request().mapShared()) {
        file.truncateToPages(8);
        MemorySegment bytes = MemorySegment.ofArray(new byte[(int) (2 * PAGE)]);
        assertEquals(PAGE, region.read(7 * PAGE, bytes));
        MmanException e = assertThrows(MmanException.class, () -> region.read(8 * PAGE, bytes));
        assertEquals("EFAULT", e.error().name());
        assertThrows(MmanException.class, region::populate);
        region.sync();
        assertEquals(0, region.lostPages());
        assertLost(region, 0, -1);
      }
    }
  },

  RESTORED {
    @Override
    void run(Path folder) {
      TruncatedFile file = TruncatedFile.of(folder, 16);
      try (Arena arena = Arena.ofShared()) {
        for (MappedRegion region :
            List.of(file.request().mapConfined(), file.request().map(arena))) {
          file.truncateToPages(4);
          MemorySegment view = region.segment();
          set(region, 5 * PAGE, 77);
          assertEquals(12, region.lostPages());
          region.restore();
          assertLost(region, 12, 4 * PAGE);
          assertEquals(77, get(region, 5 * PAGE));

          file.truncate(7 * PAGE + 1); // whose last page exists
          region.restore();
          assertLost(region, 8, 8 * PAGE);
          assertEquals(0, view.get(ValueLayout.JAVA_BYTE, 5 * PAGE));
          assertEquals(12, region.lostPages());
          set(region, 5 * PAGE, 78);
          assertEquals(78, Samples.read(file.path(), 5 * PAGE, 1)[0]);
          region.sync(0, 8 * PAGE);

          file.truncateToPages(16);
          region.restore();
          assertLost(region, 0, -1);
          region.sync();
          set(region, 15 * PAGE, 79);
          assertEquals(79, Samples.read(file.path(), 15 * PAGE, 1)[0]);
          file.truncateToPages(12);
          assertZero(region, 13 * PAGE, 13 * PAGE + 1);
          assertEquals(16, region.lostPages());
          file.truncateToPages(16);
          region.restore();
        }
      }
    }
  },

  PROTECTED {
    @Override
    void run(Path folder) {
      TruncatedFile file = TruncatedFile.of(folder, 16);
      try (MappedRegion region = file.request().mapShared()) {
        file.truncateToPages(12);
        set(region, 13 * PAGE, 1);
        region.protect(Protection.READ);
        assertEquals(1, get(region, 13 * PAGE));
        file.truncateToPages(8);
        assertZero(region, 8 * PAGE, 12 * PAGE);
        MemorySegment raw =
            MemorySegment.ofAddress(region.segment().address()).reinterpret(16 * PAGE);
        try (MappedRegion sameMemory = MappedRegion.of(raw)) {
          MemorySegment one = MemorySegment.ofArray(new byte[1]);
          for (long page : new long[] {0, 8, 13}) { // file, replaced after and before the change
            assertThrows(MmanException.class, () -> sameMemory.write(page * PAGE, one));
          }
        }
        region.protect(Protection.NONE);
        assertThrows(IllegalStateException.class, region::segment);
        region.protect(Protection.READ_WRITE);
        file.truncateToPages(4);
        for (long page = 4; page < 16; page++) {
          set(region, page * PAGE + 5, 6);
        }
        assertLost(region, 12, 4 * PAGE);
        file.truncateToPages(16);
        region.protect(Protection.READ);
        region.restore();
        assertZero(region, 4 * PAGE, 16 * PAGE);
        assertTrue(region.segment().isReadOnly(), "writable");
      }
    }
  },

  PINNED {
    @Override
    void run(Path folder) {
      TruncatedFile file = TruncatedFile.of(folder, 4);
      try (MappedRegion region = file.request().mapShared()) {
        try (Pin pin = region.pin()) {
          file.truncate(0);
          MemorySegment raw = MemorySegment.ofAddress(pin.address()).reinterpret(4 * PAGE);
          assertEquals(0, raw.get(ValueLayout.JAVA_BYTE, 3 * PAGE));
          file.truncateToPages(4);
          region.restore();
          assertLost(region, 0, -1);
        }
        assertEquals(4, region.lostPages());
      }
    }
  },

  /** Memory of memfd_create, which its owner may truncate through {@code /proc}. */
  MEMFD {
    @Override
    void run(Path folder) {
      try (NativeFile memory = NativeFile.memory("lost", 8 * PAGE)) {
        MappedRegion region = Mapping.file(memory).readWrite().surviveBusErrors().mapShared();
        assertThrows(IllegalStateException.class, () -> memory.resize(PAGE));
        new TruncatedFile(memory.path()).truncateToPages(2);
        set(region, 5 * PAGE, 4);
        assertLost(region, 6, 2 * PAGE);
        new TruncatedFile(memory.path()).truncateToPages(8);
        region.restore();
        assertLost(region, 0, -1);
        region.close();
      }
    }
  },

  /** Once the region has extended the file, its lost pages can be restored. */
  EXTENDED {
    @Override
    void run(Path folder) {
      TruncatedFile file = TruncatedFile.of(folder, 8);
      try (MappedRegion region = file.request().reserve(64 * PAGE).mapShared()) {
        file.truncateToPages(2);
        get(region, 5 * PAGE);
        region.extend(16 * PAGE);
        assertLost(region, 6, 2 * PAGE);
        set(region, 15 * PAGE, 3);
        assertEquals(3, Samples.read(file.path(), 15 * PAGE, 1)[0]);
        region.restore();
        assertLost(region, 0, -1);
        assertSample(region, 0, 2 * PAGE, 0);
        assertZero(region, 2 * PAGE, 8 * PAGE);
      }
    }
  },

  EMPTY {
    @Override
    void run(Path folder) {
      TruncatedFile file = TruncatedFile.of(folder, 4);
      for (MappedRegion region :
          List.of(
              file.request().range(PAGE, 0).mapConfined(),
              file.request().range(PAGE, 0).reserve(3 * PAGE).mapShared())) {
        assertLost(region, 0, -1);
        region.sync();
        region.restore();
        assertEquals(0, region.lostPages());
        region.resize(2 * PAGE);
        file.truncateToPages(2);
        assertSample(region, 0, PAGE, PAGE);
        assertZero(region, PAGE, 2 * PAGE);
        assertLost(region, 1, PAGE);
        region.close();
        file.truncateToPages(4);
        assertEquals(Samples.at(0), Samples.read(file.path(), 0, 1)[0]);
      }
    }
  },

  /** Regions without surviveBusErrors, and a closed one. */
  OTHERS {
    @Override
    void run(Path folder) {
      TruncatedFile file = TruncatedFile.of(folder, 4);
      for (MappedRegion region :
          List.of(
              Mapping.anonymous(PAGE).mapConfined(),
              Mapping.file(file.path()).mapShared(),
              MappedRegion.of(Arena.ofAuto().allocate(PAGE)))) {
        assertEquals(0, region.lostPages());
        assertLost(region, 0, -1);
        region.restore();
        region.close();
        assertThrows(IllegalStateException.class, region::requireIntact);
        assertThrows(IllegalStateException.class, region::restore);
      }
      MappedRegion closed = file.request().mapShared();
      file.truncate(0);
      get(closed, 0);
      closed.close();
      closed.close();
      assertEquals(4, closed.lostPages());
      assertThrows(IllegalStateException.class, closed::requireIntact);
      assertThrows(IllegalStateException.class, closed::restore);
      assertThrows(IllegalStateException.class, closed::sync);
    }
  };

  abstract void run(Path folder);

  /** Takes a folder and the name of a test. */
  public static void main(String... arguments) {
    valueOf(arguments[1]).run(Path.of(arguments[0]));
    System.out.println("survived");
  }
}
