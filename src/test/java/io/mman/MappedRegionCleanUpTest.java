package io.mman;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.internal.region.RegionProbe;
import io.mman.testing.Elsewhere;
import io.mman.testing.ProcMaps;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Clean-ups that are tied to a region's views or to its group, and call the library. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MappedRegionCleanUpTest {
  private static final long PAGE = Mman.pageSize();

  /** What a clean-up has thrown. */
  private final AtomicReference<Throwable> thrown = new AtomicReference<>();

  /** An arena that ties what it is given to the scope of a view. */
  private record ArenaOf(MemorySegment view) implements Arena {
    @Override
    public MemorySegment allocate(long byteSize, long byteAlignment) {
      throw new UnsupportedOperationException();
    }

    @Override
    public MemorySegment.Scope scope() {
      return view.scope();
    }

    @Override
    public void close() {
      throw new UnsupportedOperationException();
    }
  }

  private void atEndOf(Arena arena, Runnable cleanUp) {
    MemorySegment.NULL.reinterpret(
        1,
        arena,
        _ -> {
          try {
            cleanUp.run();
          } catch (Throwable e) {
            thrown.set(e);
          }
        });
  }

  private void atEndOf(MappedRegion region, Runnable cleanUp) {
    atEndOf(new ArenaOf(region.segment()), cleanUp);
  }

  private static Consumer<MappedRegion> act(Consumer<MappedRegion> act) {
    return act;
  }

  static Stream<Arguments> actsOnTheRegion() {
    return Stream.of(
        Arguments.of("sync", act(MappedRegion::sync)),
        Arguments.of("advise", act(region -> region.advise(Advice.RANDOM))),
        Arguments.of("read", act(region -> region.read(0, MemorySegment.ofArray(new byte[1])))),
        Arguments.of("stats", act(MappedRegion::stats)),
        Arguments.of("pin", act(MappedRegion::pin)),
        Arguments.of("protect", act(region -> region.protect(Protection.READ))),
        Arguments.of("resize", act(region -> region.resize(PAGE))),
        Arguments.of("extend", act(region -> region.extend(9 * PAGE))),
        Arguments.of("split", act(region -> region.split(PAGE))),
        Arguments.of("seal", act(MappedRegion::seal)),
        Arguments.of("close", act(MappedRegion::close)));
  }

  /** The pages that a region has after a change must be its own, so nothing else may unmap them. */
  @ParameterizedTest
  @MethodSource("actsOnTheRegion")
  void areRefusedTheRegionWhoseChangeRunsThem(String name, Consumer<MappedRegion> act) {
    for (boolean shared : new boolean[] {true, false}) {
      for (MappedRegionCallsInFlightTest.Change change :
          MappedRegionCallsInFlightTest.Change.values()) {
        MappedRegion region = map(shared, 2 * PAGE);
        atEndOf(region, () -> act.accept(region));
        change.make(region, size -> map(shared, size));
        assertInstanceOf(IllegalStateException.class, thrown.getAndSet(null), change.toString());
        if (region.isAlive()) {
          assertTrue(ProcMaps.find(RegionProbe.pages(region.region).address()).isPresent());
        }
        region.close();
      }
    }
  }

  private static MappedRegion map(boolean shared, long size) {
    Mapping mapping = Mapping.anonymous(size);
    return shared ? mapping.mapShared() : mapping.mapConfined();
  }

  @ParameterizedTest
  @MethodSource("actsOnTheRegion")
  void areRefusedTheRegionsOfTheirGroup(String name, Consumer<MappedRegion> act) {
    RegionGroup group = RegionGroup.open();
    MappedRegion region = Mapping.anonymous(2 * PAGE).reserve(9 * PAGE).map(group);
    atEndOf(group, () -> act.accept(region));
    group.close();
    if (!name.equals("close")) { // which ends the object only
      assertInstanceOf(IllegalStateException.class, thrown.get());
    }
    assertFalse(region.isAlive());
  }

  @Test
  void areRefusedToCloseTheirRegionOrGroup() {
    MappedRegion region = Mapping.anonymous(PAGE).mapShared();
    atEndOf(region, region::close);
    region.protect(Protection.READ);
    assertInstanceOf(IllegalStateException.class, thrown.getAndSet(null));
    assertTrue(region.isAlive());
    region.close();
    RegionGroup group = RegionGroup.open();
    atEndOf(group, group::close);
    group.close();
    assertInstanceOf(IllegalStateException.class, thrown.get());
  }

  @Test
  void mayUseOtherRegions() {
    MappedRegion other = Mapping.anonymous(PAGE).mapShared();
    MappedRegion region = Mapping.anonymous(PAGE).mapShared();
    atEndOf(
        region,
        () -> {
          other.sync();
          other.close();
        });
    region.close();
    assertNull(thrown.get());
    assertFalse(other.isAlive());
  }

  @Test
  void ofTwoGroupsThatNeedEachOtherEnd() throws Throwable {
    for (int round = 0; round < 100; round++) {
      RegionGroup one = RegionGroup.open();
      RegionGroup two = RegionGroup.open();
      MappedRegion first = Mapping.anonymous(PAGE).map(one);
      MappedRegion second = Mapping.anonymous(PAGE).map(two);
      CyclicBarrier both = new CyclicBarrier(2);
      Consumer<MappedRegion> meetAndSync =
          region -> {
            try {
              both.await();
            } catch (Exception e) {
              throw new AssertionError(e);
            }
            region.sync();
          };
      atEndOf(one, () -> meetAndSync.accept(second));
      atEndOf(two, () -> meetAndSync.accept(first));
      Elsewhere closing = Elsewhere.start(one::close);
      two.close();
      closing.join();
      assertInstanceOf(IllegalStateException.class, thrown.getAndSet(null));
    }
  }

  @Test
  void mayResizeTheFileOfARegionThatGrows() {
    try (NativeFile file = NativeFile.memory("resized", 4 * PAGE);
        MappedRegion region = Mapping.file(file).readWrite().range(0, PAGE).mapShared()) {
      atEndOf(region, () -> file.resize(5 * PAGE));
      region.resize(3 * PAGE);
      assertNull(thrown.get());
      assertEquals(5 * PAGE, file.size());
      atEndOf(region, () -> file.resize(3 * PAGE));
      region.resize(4 * PAGE).fill((byte) 2);
      assertInstanceOf(IllegalStateException.class, thrown.get());
      assertEquals(5 * PAGE, file.size());
    }
  }

  @Test
  void mayCloseTheFileOfARegionThatGrows() {
    NativeFile file = NativeFile.memory("closed", 4 * PAGE);
    try (MappedRegion region = Mapping.file(file).readWrite().range(0, PAGE).mapShared()) {
      atEndOf(region, file::close);
      region.resize(4 * PAGE).fill((byte) 1);
      assertNull(thrown.get());
      assertFalse(file.isOpen());
    }
  }

  @Test
  void ofAGroupMayResizeAFileWhileAnotherThreadMapsIt() throws Throwable {
    try (NativeFile file = NativeFile.memory("mapped", 4 * PAGE)) {
      for (int round = 0; round < 200; round++) {
        RegionGroup group = RegionGroup.open();
        MappedRegion region =
            Mapping.file(file).readWrite().range(0, PAGE).reserve(4 * PAGE).map(group);
        atEndOf(group, () -> file.resize(4 * PAGE));
        Elsewhere mapping =
            Elsewhere.start(
                () -> {
                  try {
                    Mapping.file(file).readWrite().create(PAGE).advise(Advice.RANDOM).map(group);
                    region.extend(2 * PAGE);
                  } catch (IllegalStateException closed) {
                    assertFalse(group.scope().isAlive());
                  }
                });
        group.close();
        mapping.join();
        assertNull(thrown.get());
      }
    }
  }
}
