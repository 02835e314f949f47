package io.mman.survival;

import static io.mman.survival.TruncatedFile.PAGE;
import static io.mman.survival.TruncatedFile.assertLost;
import static io.mman.survival.TruncatedFile.assertSample;
import static io.mman.survival.TruncatedFile.assertZero;
import static io.mman.survival.TruncatedFile.get;
import static io.mman.survival.TruncatedFile.set;
import static io.mman.testing.Checks.assertEquals;
import static io.mman.testing.Checks.assertThrows;
import static io.mman.testing.Checks.assertTrue;

import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.NativeFile;
import io.mman.Pin;
import io.mman.Protection;
import io.mman.testing.Samples;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Tests of regions that change while pages are lost. Each runs in a JVM of its own. */
public enum Reshaped {
  GROWN_IN_PLACE {
    @Override
    void run(Path folder) {
      TruncatedFile file = TruncatedFile.of(folder, 32);
      try (MappedRegion region = file.request().range(0, 8 * PAGE).reserve(32 * PAGE).mapShared()) {
        file.truncateToPages(4);
        get(region, 7 * PAGE);
        assertEquals(4, region.lostPages());
        file.truncateToPages(32);
        region.resize(24 * PAGE);
        assertLost(region, 4, 4 * PAGE);
        file.truncateToPages(20);
        assertZero(region, 20 * PAGE, 24 * PAGE);
        assertEquals(8, region.lostPages());
        region.resize(10 * PAGE);
        assertEquals(8, region.lostPages());
        assertLost(region, 4, 4 * PAGE);
        region.resize(20 * PAGE);
        assertLost(region, 4, 4 * PAGE);
        region.resize(0);
        assertLost(region, 0, -1);
        file.truncateToPages(6);
        region.resize(6 * PAGE);
        assertLost(region, 0, -1);
        assertSample(region, 0, 4 * PAGE, 0);
        file.truncateToPages(5);
        get(region, 5 * PAGE);
        assertLost(region, 1, 5 * PAGE);
        assertEquals(9, region.lostPages());
      }
    }
  },

  /** The pages that were lost keep what was stored in them. */
  MOVED {
    @Override
    void run(Path folder) {
      TruncatedFile file = TruncatedFile.of(folder, 32);
      for (Mapping request :
          new Mapping[] {file.request(), file.request().alignment(1 << 16).guardPages()}) {
        file.truncateToPages(32);
        MappedRegion region = request.range(0, 8 * PAGE).mapShared();
        long before = region.segment().address();
        MappedRegion blocker = blocker(region);
        file.truncateToPages(4);
        set(region, 6 * PAGE, 66);
        file.truncateToPages(32);
        region.resize(30 * PAGE);
        assertTrue(region.segment().address() != before, "not moved");
        assertLost(region, 4, 4 * PAGE);
        assertEquals(66, get(region, 6 * PAGE));
        file.truncateToPages(2);
        assertZero(region, 29 * PAGE, 30 * PAGE);
        assertZero(region, 3 * PAGE, 4 * PAGE);
        assertEquals(66, get(region, 6 * PAGE));
        assertEquals(28, region.lostPages());
        assertLost(region, 28, 2 * PAGE);
        file.truncateToPages(32);
        region.restore();
        assertLost(region, 0, -1);
        region.close();
        blocker.close();
        assertEquals(28, region.lostPages());
      }
    }

    /** Maps memory that is likely to follow the region, so that it cannot grow in place. */
    private MappedRegion blocker(MappedRegion region) {
      return Mapping.anonymous(64 * PAGE).mapShared();
    }
  },

  /** The pages are anonymous memory then, which must not be extended instead of the file. */
  GROWN_AFTER_ALL_WERE_LOST {
    @Override
    void run(Path folder) {
      TruncatedFile file = TruncatedFile.of(folder, 32);
      for (Mapping request :
          new Mapping[] {file.request(), file.request().alignment(1 << 16).guardPages()}) {
        file.rewrite(32);
        MappedRegion first = request.range(0, 8 * PAGE).mapShared();
        MappedRegion rest = file.request().range(0, 8 * PAGE).mapShared().split(6 * PAGE);
        file.truncate(0);
        get(first, 0);
        get(rest, 0);
        file.rewrite(32);
        first.resize(32 * PAGE);
        rest.resize(26 * PAGE);
        assertLost(first, 8, 0);
        assertLost(rest, 2, 0);
        assertSample(first, 8 * PAGE, 32 * PAGE, 0);
        assertSample(rest, 2 * PAGE, 26 * PAGE, 6 * PAGE);
        first.restore();
        assertSample(first, 0, 32 * PAGE, 0);
        first.close();
        rest.close();
      }
    }
  },

  SHRUNK {
    @Override
    void run(Path folder) {
      TruncatedFile file = TruncatedFile.of(folder, 16);
      try (NativeFile open = NativeFile.open(file.path(), StandardOpenOption.WRITE);
          MappedRegion region =
              Mapping.file(open).readWrite().surviveBusErrors().guardPages().mapShared()) {
        file.truncateToPages(8);
        get(region, 10 * PAGE);
        region.resize(12 * PAGE);
        assertLost(region, 4, 8 * PAGE);
        assertEquals(8, region.lostPages());
        region.resize(8 * PAGE - 7);
        assertLost(region, 0, -1);
        file.truncateToPages(7);
        get(region, 7 * PAGE);
        assertLost(region, 1, 7 * PAGE);
        assertEquals(9, region.lostPages());
        region.resize(0);
        assertLost(region, 0, -1);
        region.resize(PAGE);
        assertSample(region, 0, PAGE, 0);
        file.truncate(0);
        assertZero(region, 0, PAGE);
        assertEquals(10, region.lostPages());
      }
    }
  },

  SPLIT_AND_JOINED {
    @Override
    void run(Path folder) {
      TruncatedFile file = TruncatedFile.of(folder, 32);
      MappedRegion first = file.request().mapShared();
      file.truncateToPages(28);
      get(first, 30 * PAGE);
      MappedRegion rest = first.split(10 * PAGE);
      assertEquals(4, first.lostPages());
      assertEquals(4, rest.lostPages());
      assertLost(first, 0, -1);
      assertLost(rest, 4, 18 * PAGE);
      file.truncateToPages(6);
      get(first, 7 * PAGE);
      assertEquals(8, first.lostPages());
      assertLost(first, 4, 6 * PAGE);
      assertEquals(4, rest.lostPages());
      MappedRegion last = rest.split(20 * PAGE);
      get(rest, 0);
      assertLost(rest, 20, 0);
      assertLost(last, 2, 0);
      rest.join(last);
      assertEquals(22, rest.lostPages());
      first.join(rest);
      assertEquals(26, first.lostPages());
      assertLost(first, 26, 6 * PAGE);
      file.truncateToPages(32);
      first.restore();
      assertLost(first, 0, -1);
      assertSample(first, 0, 6 * PAGE, 0);
      MappedRegion all = first.split(0);
      file.truncateToPages(31);
      get(all, 31 * PAGE);
      assertLost(all, 1, 31 * PAGE);
      assertLost(first, 0, -1);
      MappedRegion none = all.split(32 * PAGE);
      none.requireIntact();
      all.join(none);
      first.join(all);
      assertLost(first, 1, 31 * PAGE);
      first.close();
    }
  },

  /** Changes that would revoke a pinned view fail, and pages are lost and counted as before. */
  REFUSED {
    @Override
    void run(Path folder) {
      TruncatedFile file = TruncatedFile.of(folder, 16);
      try (MappedRegion region = file.request().mapShared()) {
        try (Pin pin = region.pin()) {
          assertThrows(IllegalStateException.class, () -> region.resize(4 * PAGE));
          assertThrows(IllegalStateException.class, () -> region.split(4 * PAGE));
          assertThrows(IllegalStateException.class, () -> region.protect(Protection.READ));
          file.truncateToPages(3);
          MemorySegment raw = MemorySegment.ofAddress(pin.address()).reinterpret(16 * PAGE);
          raw.set(ValueLayout.JAVA_BYTE, 15 * PAGE, (byte) 1);
        }
        assertLost(region, 13, 3 * PAGE);
        assertThrows(UnsupportedOperationException.class, region::seal);
        assertThrows(IllegalArgumentException.class, () -> region.resize(17 * PAGE));
        set(region, 4 * PAGE, 1);
        assertEquals(13, region.lostPages());
        assertEquals(Samples.at(0), get(region, 0));
      }
    }
  };

  abstract void run(Path folder);

  /** Takes a folder and the name of a test. */
  public static void main(String... arguments) {
    valueOf(arguments[1]).run(Path.of(arguments[0]));
    System.out.println("survived");
  }
}
