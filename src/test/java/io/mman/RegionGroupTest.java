package io.mman;

import static io.mman.testing.Views.assertAlive;
import static io.mman.testing.Views.assertMarked;
import static io.mman.testing.Views.assertRevoked;
import static io.mman.testing.Views.mark;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.internal.region.RegionProbe;
import io.mman.testing.BlockedRead;
import io.mman.testing.Elsewhere;
import io.mman.testing.ProcMaps;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RegionGroupTest {
  private static final long PAGE = Mman.pageSize();

  @Test
  void theLastHolderClosesAllRegions() {
    RegionGroup group = RegionGroup.open();
    MappedRegion one = Mapping.anonymous(PAGE).map(group);
    MappedRegion two = Mapping.anonymous(2 * PAGE).guardPages().map(group);
    MemorySegment view = one.segment();
    mark(view);
    group.retain();
    group.retain();
    group.close();
    group.close();
    assertAlive(view);
    assertMarked(view, 0, PAGE);
    long second = two.segment().address();

    group.close();
    assertRevoked(view);
    assertFalse(one.isAlive() || two.isAlive() || group.scope().isAlive());
    assertTrue(ProcMaps.find(view.address()).isEmpty());
    assertTrue(ProcMaps.find(second).isEmpty() && ProcMaps.find(second - PAGE).isEmpty());
    assertThrows(IllegalStateException.class, one::segment);
    assertThrows(IllegalStateException.class, one::sync);
  }

  @Test
  void aClosedGroupHasNoUse() {
    RegionGroup group = RegionGroup.open();
    MappedRegion region = Mapping.anonymous(PAGE).reserve(2 * PAGE).map(group);
    group.close();
    assertThrows(IllegalStateException.class, group::close);
    assertThrows(IllegalStateException.class, group::retain);
    assertThrows(IllegalStateException.class, () -> group.allocate(1, 1));
    assertThrows(IllegalStateException.class, () -> Mapping.anonymous(PAGE).map(group));
    assertThrows(IllegalStateException.class, region::pin);
    assertThrows(IllegalStateException.class, () -> region.resize(2 * PAGE));
    assertThrows(IllegalStateException.class, group::close);
  }

  @Test
  void aMappingThatComesTooLateLeavesNothing() {
    RegionGroup group = RegionGroup.open();
    try (NativeFile file = NativeFile.memory("late", PAGE)) {
      group.close();
      assertThrows(IllegalStateException.class, () -> Mapping.file(file).map(group));
      assertTrue(ProcMaps.all().stream().noneMatch(area -> area.path().contains("memfd:late")));
      file.resize(0);
    }
  }

  @Test
  void itIsAnArenaLikeAnyOther() throws Throwable {
    RegionGroup group = RegionGroup.open();
    MemorySegment memory = group.allocate(100, 64);
    assertEquals(0, memory.address() % 64);
    assertEquals(100, memory.byteSize());
    Elsewhere.run(() -> memory.fill((byte) 1));
    assertEquals("text", group.allocateFrom("text").getString(0));
    assertEquals(group.scope(), memory.scope());
    AtomicInteger cleaned = new AtomicInteger();
    MemorySegment tied = memory.reinterpret(group, segment -> cleaned.incrementAndGet());
    group.close();
    assertRevoked(memory);
    assertRevoked(tied);
    assertEquals(1, cleaned.get());
  }

  @Test
  void aPinHoldsOffTheLastCloseOnly() {
    RegionGroup group = RegionGroup.open();
    MappedRegion region = Mapping.anonymous(PAGE).map(group);
    Pin pin = region.pin();
    group.retain();
    group.close();
    var e = assertThrows(IllegalStateException.class, group::close);
    assertTrue(e.getMessage().contains("pinned"), e.getMessage());
    assertTrue(region.isAlive());
    group.retain(); // it has not been closed, so this is a second holder
    group.close();
    pin.close();
    pin.close();
    group.close();
    assertFalse(region.isAlive());
  }

  @Test
  void nativeCodeThatHoldsAViewHoldsOffTheLastClose() {
    RegionGroup group = RegionGroup.open();
    MappedRegion region = Mapping.anonymous(PAGE).map(group);
    try (BlockedRead _ = new BlockedRead(region.segment())) {
      assertThrows(IllegalStateException.class, group::close);
      assertTrue(region.isAlive());
      mark(region.segment());
      group.retain();
      group.close();
    }
    group.close();
    assertFalse(region.isAlive());
  }

  @Test
  void theLastCloseWaitsForCallsInFlight() throws Throwable {
    RegionGroup group = RegionGroup.open();
    MappedRegion region = Mapping.anonymous(PAGE).map(group);
    RegionProbe.beginCall(region.region); // as sync does, which may take seconds
    Elsewhere closer = Elsewhere.start(group::close).awaitWaiting();
    assertTrue(region.isAlive());
    mark(region.segment());
    assertThrows(IllegalStateException.class, group::retain);
    RegionProbe.endCall(region.region);
    closer.join();
    assertFalse(region.isAlive());
  }

  @Test
  void aThousandRegionsCloseAtOnce() throws Throwable {
    RegionGroup group = RegionGroup.open();
    List<MappedRegion> regions = new ArrayList<>();
    try (NativeFile file = NativeFile.memory("thousand", PAGE)) {
      for (int i = 0; i < 500; i++) {
        regions.add(Mapping.file(file).map(group));
        regions.add(Mapping.anonymous(PAGE).map(group));
      }
      assertThrows(IllegalStateException.class, () -> file.resize(0));
      Elsewhere.run(group::close);
      assertTrue(regions.stream().noneMatch(MappedRegion::isAlive));
      assertTrue(ProcMaps.all().stream().noneMatch(a -> a.path().contains("memfd:thousand")));
      file.resize(0);
    }
  }

  @Test
  void holdersOnManyThreadsAreCounted() throws Throwable {
    for (int round = 0; round < 50; round++) {
      RegionGroup group = RegionGroup.open();
      MappedRegion region = Mapping.anonymous(PAGE).map(group);
      mark(region.segment());
      List<Elsewhere> users = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        group.retain();
        users.add(Elsewhere.start(() -> use(group, region)));
      }
      group.close();
      for (Elsewhere user : users) {
        user.join();
      }
      assertFalse(region.isAlive());
      assertThrows(IllegalStateException.class, group::close);
    }
  }

  private static void use(RegionGroup group, MappedRegion region) {
    for (int i = 0; i < 20; i++) {
      group.retain();
      assertMarked(region.segment(), 0, 100);
      region.sync();
      region.pin().close();
      Mapping.anonymous(PAGE).map(group).segment().fill((byte) 1);
      group.close();
    }
    group.close();
  }
}
