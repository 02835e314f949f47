package io.mman.internal.call;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.LockAllFlag;
import io.mman.LockFlag;
import io.mman.MapFlag;
import io.mman.RemapFlag;
import io.mman.SyncFlag;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The bits of several flags are those of each of them, however often it is given. */
class FlagBitsTest {
  @Test
  void bitsAreCombined() {
    int current = LockAllFlag.CURRENT.bits();
    int future = LockAllFlag.FUTURE.bits();
    assertTrue(current != 0 && future != 0);
    assertEquals(0, FlagBits.lockAll());
    assertEquals(current, FlagBits.lockAll(LockAllFlag.CURRENT, LockAllFlag.CURRENT));
    assertEquals(current | future, FlagBits.lockAll(LockAllFlag.CURRENT, LockAllFlag.FUTURE));

    assertEquals(0, FlagBits.lock());
    int onFault = LockFlag.ONFAULT.bits();
    assertEquals(onFault, FlagBits.lock(LockFlag.ONFAULT, LockFlag.ONFAULT));

    assertEquals(0, FlagBits.remap(Set.of()));
    int both = RemapFlag.MAYMOVE.bits() | RemapFlag.FIXED.bits();
    assertEquals(both, FlagBits.remap(EnumSet.of(RemapFlag.MAYMOVE, RemapFlag.FIXED)));

    assertEquals(0, FlagBits.map(Set.of()));
    int shared = MapFlag.SHARED.bits() | MapFlag.NORESERVE.bits();
    assertEquals(shared, FlagBits.map(EnumSet.of(MapFlag.SHARED, MapFlag.NORESERVE)));
  }

  @Test
  void syncIsTheDefaultAndItsBitsCanBeReadBack() {
    assertEquals(SyncFlag.SYNC.bits(), FlagBits.sync());
    int bits = FlagBits.sync(SyncFlag.ASYNC, SyncFlag.INVALIDATE, SyncFlag.ASYNC);
    assertEquals(SyncFlag.ASYNC.bits() | SyncFlag.INVALIDATE.bits(), bits);
    assertEquals(EnumSet.of(SyncFlag.ASYNC, SyncFlag.INVALIDATE), FlagBits.syncFlags(bits));
    assertEquals(EnumSet.of(SyncFlag.SYNC), FlagBits.syncFlags(SyncFlag.SYNC.bits()));
  }

  @Test
  void flagsWhoseSumIsAThirdAreRefused() {
    Set<MapFlag> sharing = EnumSet.of(MapFlag.SHARED, MapFlag.PRIVATE);
    assertThrows(IllegalArgumentException.class, () -> FlagBits.map(sharing));
    Set<MapFlag> sizes = EnumSet.of(MapFlag.HUGE_2MB, MapFlag.HUGE_1GB);
    assertThrows(IllegalArgumentException.class, () -> FlagBits.map(sizes));
  }
}
