package io.mman;

import static io.mman.testing.Views.byteAt;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.testing.HugePagePool;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Explicit huge pages that a region wraps without having mapped them. Once they are discarded, the
 * next access crashes the JVM if the pool has become empty.
 */
class MappedRegionOfHugePagesTest {
  private static final long PAGE = Mman.pageSize();
  private static final List<Advice> DISCARDING =
      List.of(Advice.DONTNEED, Advice.DONTNEED_LOCKED, Advice.REMOVE);

  @TempDir Path folder;
  private HugePagePool pool;
  private long huge;

  @BeforeEach
  void open() {
    pool = HugePagePool.open();
    huge = pool.page;
    pool.fill(2);
  }

  @AfterEach
  void close() {
    if (pool != null) {
      pool.close();
    }
  }

  private void assertKept(MappedRegion owner) {
    owner.segment().fill((byte) 3);
    MappedRegion all = MappedRegion.of(owner.segment());
    MappedRegion part = MappedRegion.of(owner.segment().asSlice(huge, huge));
    for (Advice advice : DISCARDING) {
      if (!advice.isSupported()) {
        continue;
      }
      for (MappedRegion region : new MappedRegion[] {owner, all, part}) {
        var e = assertThrows(IllegalArgumentException.class, () -> region.advise(advice));
        assertTrue(e.getMessage().startsWith(advice + " of explicit huge pages: "), e::getMessage);
      }
      assertThrows(IllegalArgumentException.class, () -> all.advise(advice, huge, huge));
      all.advise(advice, 1, PAGE); // no page lies inside
    }
    all.advise(Advice.WILLNEED);
    assertEquals(2, pool.total());
    assertEquals(0, pool.unused());
    assertEquals(3, byteAt(owner.segment(), 0));
    assertEquals(3, byteAt(owner.segment(), 2 * huge - 1));
  }

  @Test
  void thePagesOfAFileStay() {
    try (NativeFile file = NativeFile.memory("huge", 2 * huge, MemfdFlag.HUGETLB);
        MappedRegion region = Mapping.file(file).readWrite().mapConfined()) {
      assertKept(region);
    }
  }

  @Test
  void pagesWithoutAFileStay() {
    Mapping mapping = Mapping.anonymous(2 * huge).flags(MapFlag.HUGETLB, MapFlag.NORESERVE);
    try (MappedRegion region = mapping.mapShared()) {
      assertKept(region);
    }
  }

  @Test
  void sharedPagesOfAGroupStay() {
    try (RegionGroup group = RegionGroup.open()) {
      assertKept(Mapping.anonymous(2 * huge).shared().flags(MapFlag.HUGETLB).map(group));
    }
  }

  @Test
  void pagesStayAfterASplitAndAJoin() {
    Mapping mapping = Mapping.anonymous(2 * huge).shared().flags(MapFlag.HUGETLB);
    try (MappedRegion region = mapping.mapShared()) {
      MappedRegion rest = region.split(huge);
      for (MappedRegion one : List.of(region, rest)) {
        assertThrows(IllegalArgumentException.class, () -> one.advise(Advice.DONTNEED));
        MappedRegion wrapper = MappedRegion.of(one.segment());
        assertThrows(IllegalArgumentException.class, () -> wrapper.advise(Advice.DONTNEED));
      }
      region.join(rest);
      assertKept(region);
    }
  }

  /** A range is refused if only one of its areas has such pages. */
  @Test
  void aRangeOfBothKindsOfPagesIsRefused() {
    MemorySegment both =
        MemorySegment.NULL.reinterpret(Long.MAX_VALUE & -PAGE); // the whole address space
    Mapping mapping = Mapping.anonymous(huge).flags(MapFlag.HUGETLB).guardPages();
    try (MappedRegion region = mapping.mapConfined()) {
      MemorySegment around = both.asSlice(region.segment().address() - PAGE, huge + 2 * PAGE);
      MappedRegion wrapper = MappedRegion.of(around);
      assertThrows(IllegalArgumentException.class, () -> wrapper.advise(Advice.DONTNEED));
    }
  }

  @Test
  void ordinaryPagesAreDiscarded() throws IOException {
    Path path = Files.write(folder.resolve("file"), new byte[(int) (4 * PAGE)]);
    try (NativeFile memory = NativeFile.memory("ordinary", 4 * PAGE);
        NativeFile file = NativeFile.open(path, StandardOpenOption.WRITE)) {
      for (Mapping mapping :
          List.of(
              Mapping.anonymous(4 * PAGE),
              Mapping.file(memory).readWrite().copyOnWrite(),
              Mapping.file(file).readWrite().copyOnWrite())) {
        try (MappedRegion region = mapping.mapConfined()) {
          region.segment().fill((byte) 3);
          MappedRegion.of(region.segment()).advise(Advice.DONTNEED, PAGE, 2 * PAGE);
          assertEquals(3, byteAt(region.segment(), PAGE - 1));
          assertEquals(0, byteAt(region.segment(), PAGE));
          assertEquals(0, byteAt(region.segment(), 3 * PAGE - 1));
          assertEquals(3, byteAt(region.segment(), 3 * PAGE));
        }
      }
      try (MappedRegion region = Mapping.file(memory).readWrite().mapConfined()) {
        region.segment().fill((byte) 3);
        MappedRegion.of(region.segment()).advise(Advice.REMOVE, PAGE, PAGE);
        assertEquals(0, byteAt(region.segment(), PAGE));
      }
    }
  }
}
