package io.mman;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.internal.region.RegionProbe;
import io.mman.testing.ProcMaps;
import io.mman.testing.Samples;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** No view allows more than its pages, and revoked views say that they are revoked. */
class MappedRegionViewTest {
  private static final long PAGE = Mman.pageSize();
  private static final List<Function<Mapping, MappedRegion>> OWNED =
      List.of(Mapping::mapConfined, Mapping::mapShared);

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource(Protection.class)
  void protectChangesAnyProtectionToAnyOther(Protection from) {
    for (Protection to : Protection.values()) {
      for (var map : OWNED) {
        try (MappedRegion region = map.apply(Mapping.anonymous(2 * PAGE).protection(from))) {
          assertFollows(region, from, to);
        }
      }
    }
  }

  private static void assertFollows(MappedRegion region, Protection from, Protection to) {
    MemorySegment before = from.canRead() ? region.segment() : null;
    MemorySegment view = region.protect(to);

    assertEquals(to, region.protection());
    String perms = ProcMaps.of(RegionProbe.pages(region.region)).perms();
    assertEquals(to.canRead(), perms.startsWith("r"));
    assertEquals(to.canWrite(), perms.startsWith("w", 1));
    assertEquals(to.canExecute(), perms.startsWith("x", 2));
    assertEquals(2 * PAGE, view.byteSize());
    assertEquals(to.canRead(), view.scope().isAlive());
    assertTrue(region.isAlive());
    if (before != null) {
      assertEquals((to.bits() & from.bits()) == from.bits(), before.scope().isAlive());
      assertEquals(!from.canWrite(), before.isReadOnly());
    }
    if (to.canRead()) {
      assertEquals(!to.canWrite(), view.isReadOnly());
      assertEquals(view, region.segment());
      assertEquals(0, view.get(ValueLayout.JAVA_BYTE, PAGE));
    } else {
      assertThrows(IllegalStateException.class, region::segment);
      assertThrows(IllegalStateException.class, () -> view.get(ValueLayout.JAVA_BYTE, 0));
    }
  }

  @Test
  void aNarrowerProtectionRevokesViewsSlicesAndBuffers() {
    for (var map : OWNED) {
      try (MappedRegion region = map.apply(Mapping.anonymous(2 * PAGE))) {
        MemorySegment view = region.segment();
        MemorySegment slice = view.asSlice(PAGE, 8);
        MemorySegment readOnly = slice.asReadOnly();
        ByteBuffer buffer = view.asByteBuffer();
        ByteBuffer part = buffer.slice(8, 8);
        slice.set(ValueLayout.JAVA_LONG, 0, 42);

        MemorySegment after = region.protect(Protection.READ);

        for (MemorySegment revoked : List.of(view, slice, readOnly)) {
          assertThrows(IllegalStateException.class, () -> revoked.get(ValueLayout.JAVA_BYTE, 0));
        }
        assertThrows(
            IllegalStateException.class, () -> slice.set(ValueLayout.JAVA_BYTE, 0, (byte) 1));
        assertThrows(IllegalStateException.class, () -> buffer.put(0, (byte) 1));
        assertThrows(IllegalStateException.class, () -> part.get(0));
        assertEquals(42, after.get(ValueLayout.JAVA_LONG, PAGE));
        assertThrows(RuntimeException.class, () -> after.set(ValueLayout.JAVA_BYTE, 0, (byte) 1));
        assertTrue(region.isAlive());
      }
    }
  }

  @Test
  void aWiderProtectionRevokesNothing() {
    for (var map : OWNED) {
      try (MappedRegion region = map.apply(Mapping.anonymous(PAGE).protection(Protection.READ))) {
        MemorySegment before = region.segment();
        MemorySegment view = region.protect(Protection.READ_WRITE);
        view.set(ValueLayout.JAVA_BYTE, 5, (byte) 9);
        assertEquals(9, before.get(ValueLayout.JAVA_BYTE, 5));
        assertTrue(before.isReadOnly());
        assertEquals(view, region.protect(Protection.READ_WRITE));
        assertEquals(9, view.get(ValueLayout.JAVA_BYTE, 5));
      }
    }
  }

  @Test
  void aRefusedWiderProtectionChangesNothing() {
    try (NativeFile file = NativeFile.open(Samples.file(folder, 2 * PAGE + 5))) {
      for (var map : OWNED) {
        try (MappedRegion region = map.apply(Mapping.file(file).from(7))) {
          MemorySegment view = region.segment();
          var e = assertThrows(MmanException.class, () -> region.protect(Protection.READ_WRITE));
          assertEquals(Errno.EACCES, e.error());
          assertEquals("mprotect", e.call());
          assertTrue(e.getMessage().contains("open for reading only"), e::getMessage);
          assertEquals(view, region.segment());
          assertEquals(Samples.at(7), view.get(ValueLayout.JAVA_BYTE, 0));
          assertUnchanged(region);
        }
      }
    }
  }

  @Test
  void aRefusedNarrowerProtectionOnlyRevokes() {
    try (NativeFile file = NativeFile.open(Samples.file(folder, 2 * PAGE + 5))) {
      for (var map : OWNED) {
        try (MappedRegion region = map.apply(Mapping.file(file).from(7))) {
          MemorySegment view = region.segment();
          var e = assertThrows(MmanException.class, () -> region.protect(Protection.WRITE));
          assertEquals(Errno.EACCES, e.error());
          assertFalse(view.scope().isAlive());
          assertEquals(Samples.at(7), region.segment().get(ValueLayout.JAVA_BYTE, 0));
          assertUnchanged(region);
        }
      }
    }
  }

  private static void assertUnchanged(MappedRegion region) {
    assertTrue(region.isAlive());
    assertEquals(Protection.READ, region.protection());
    assertEquals(2 * PAGE - 2, region.size());
    assertEquals(region.size(), region.segment().byteSize());
    assertTrue(region.segment().isReadOnly());
    assertEquals("r--s", ProcMaps.of(region.segment()).perms());
    region.sync();
  }

  @Test
  void aBorrowedRegionMayOnlyWidenItsProtection() {
    try (Arena confined = Arena.ofConfined();
        Arena shared = Arena.ofShared()) {
      for (Arena arena : List.of(confined, shared, Arena.ofAuto(), Arena.global())) {
        Mapping request = Mapping.anonymous(PAGE).protection(Protection.READ);
        MappedRegion region = request.map(arena);
        MemorySegment before = region.segment();

        region.protect(Protection.READ_WRITE).set(ValueLayout.JAVA_BYTE, 0, (byte) 1);
        assertEquals(1, before.get(ValueLayout.JAVA_BYTE, 0));
        for (Protection fewer : List.of(Protection.READ, Protection.NONE, Protection.READ_EXEC)) {
          var e = assertThrows(IllegalStateException.class, () -> region.protect(fewer));
          assertTrue(e.getMessage().contains("mapConfined()"), e::getMessage);
        }
        assertEquals(Protection.READ_WRITE, region.protection());
        assertTrue(region.segment().scope().isAlive());
        assertTrue(region.isAlive());
      }
    }
  }

  @Test
  void isAliveDistinguishesRevokedFromClosed() {
    MappedRegion region = Mapping.anonymous(PAGE).mapShared();
    MemorySegment first = region.segment();
    region.protect(Protection.READ);
    assertThrows(IllegalStateException.class, () -> first.get(ValueLayout.JAVA_BYTE, 0));
    assertTrue(region.isAlive());
    region.protect(Protection.NONE);
    assertTrue(region.isAlive());
    region.close();
    assertFalse(region.isAlive());
    var e = assertThrows(IllegalStateException.class, region::segment);
    assertTrue(e.getMessage().contains("closed"), e::getMessage);
  }

  @Test
  void aRegionWithoutAReadableViewStillTakesCalls() {
    byte[] bytes = {1, 2, 3};
    byte[] copy = new byte[3];
    try (MappedRegion region = Mapping.anonymous(PAGE).mapConfined()) {
      region.protect(Protection.WRITE);
      assertEquals(3, region.write(5, MemorySegment.ofArray(bytes)));
      assertEfault(() -> region.read(5, MemorySegment.ofArray(copy)));
      region.protect(Protection.READ);
      assertEquals(3, region.read(5, MemorySegment.ofArray(copy)));
      assertEquals(2, copy[1]);
      assertEfault(() -> region.write(5, MemorySegment.ofArray(bytes)));
      region.protect(Protection.NONE);
      assertEfault(() -> region.read(5, MemorySegment.ofArray(copy)));
      assertEfault(() -> region.write(5, MemorySegment.ofArray(bytes)));
      region.sync();
      region.populate(); // like MAP_POPULATE, it skips pages that cannot be accessed
      assertEquals(1, region.residency().residentPages());
      region.protect(Protection.EXEC);
      region.populate();
      assertEfault(() -> region.read(5, MemorySegment.ofArray(copy)));
    }
  }

  private static void assertEfault(Runnable copy) {
    assertEquals(Errno.EFAULT, assertThrows(MmanException.class, copy::run).error());
  }

  @Test
  void theJdkTakesAViewForMemoryThatIsNotMapped() {
    try (MappedRegion region = Mapping.file(Samples.file(folder, PAGE)).mapConfined()) {
      MemorySegment view = region.segment();
      assertFalse(view.isMapped());
      assertThrows(UnsupportedOperationException.class, view::force);
      assertThrows(UnsupportedOperationException.class, view::load);
      assertInstanceOf(MappedByteBuffer.class, view.asByteBuffer()).force();
    }
  }
}
