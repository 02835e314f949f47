package io.mman;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.mman.testing.Failures;
import io.mman.testing.HugePagePool;
import io.mman.testing.Leaks;
import io.mman.testing.ProcMaps;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Mirrored files of explicit huge pages, from a pool that is filled during each test. */
class MappingMirroredHugeTest {
  private static final long PAGE = Mman.pageSize();

  private HugePagePool pool;
  private long huge;

  @BeforeEach
  void open() {
    pool = HugePagePool.open();
    huge = pool.page;
  }

  @AfterEach
  void close() {
    if (pool != null) {
      long free = pool.free();
      long total = pool.total();
      pool.close();
      assertEquals(total, free, "pages left in use");
    }
  }

  /** Both halves together take as many pages as the file has. */
  @Test
  void everyByteHasATwin() {
    pool.fill(3);
    try (NativeFile file = NativeFile.memory("huge ring", 3 * huge, MemfdFlag.HUGETLB)) {
      Mapping request = Mapping.file(file).range(huge, 2 * huge).readWrite().mirrored();
      for (Mapping mapping : new Mapping[] {request, request.guardPages(), request.populate()}) {
        try (MappedRegion ring = mapping.mapShared()) {
          assertEquals(4 * huge, ring.size());
          MemorySegment view = ring.segment();
          for (long i = 5; i < ring.size(); i += huge / 2) {
            byte value = (byte) (1 + i / (huge / 2));
            view.set(JAVA_BYTE, i, value);
            assertEquals(value, view.get(JAVA_BYTE, (i + 2 * huge) % (4 * huge)));
          }
          view.set(JAVA_LONG_UNALIGNED, 2 * huge - 4, -1);
          assertEquals(-1, view.get(JAVA_BYTE, 3));
          assertEquals(0, view.address() % huge);
          assertEquals(huge, ProcMaps.figuresOf(view).figure("KernelPageSize"));
          assertEquals(huge, ProcMaps.figuresOf(view.asSlice(2 * huge)).figure("KernelPageSize"));
          assertThrows(UnsupportedOperationException.class, () -> ring.split(2 * huge));
          ring.protect(Protection.READ);
          ring.lock(2 * huge - 1, 2);
          byte[] four = new byte[8];
          assertEquals(8, ring.read(2 * huge - 4, MemorySegment.ofArray(four)));
          assertEquals(-1, four[7]);
        }
      }
    }
  }

  @Test
  void wholeHugePagesAreMirrored() {
    pool.fill(2);
    try (NativeFile file = NativeFile.memory("huge ring", 2 * huge, MemfdFlag.HUGETLB)) {
      Mapping request = Mapping.file(file).mirrored();
      for (Mapping refused :
          new Mapping[] {
            request.range(0, huge + PAGE),
            request.range(PAGE, huge),
            request.range(huge / 2, huge / 2),
            request.from(PAGE)
          }) {
        var e = assertThrows(IllegalArgumentException.class, refused::mapShared);
        assertTrue(e.getMessage().contains("not whole pages of " + huge), e::getMessage);
      }
      request.mapShared().close();
    }
  }

  /** The first half cannot be mapped, and what was reserved for both is unmapped. */
  @Test
  void withoutEnoughPagesNothingIsMapped() {
    pool.fill(1);
    try (NativeFile file = NativeFile.memory("huge ring", 2 * huge, MemfdFlag.HUGETLB)) {
      Mapping request = Mapping.file(file).readWrite().mirrored().guardPages();
      Leaks.none(4 * huge, () -> Failures.failure("mmap", Errno.ENOMEM, request::mapShared));
      file.resize(0); // nothing covers it
    }
  }

  @Test
  void bothHalvesSurvive() {
    pool.fill(2);
    assumeTrue(Mman.survivesBusErrors());
    try (NativeFile file = NativeFile.memory("huge ring", 2 * huge, MemfdFlag.HUGETLB);
        MappedRegion ring =
            Mapping.file(file).readWrite().mirrored().surviveBusErrors().mapShared()) {
      ring.segment().set(JAVA_BYTE, 2 * huge, (byte) 4);
      assertEquals(4, ring.segment().get(JAVA_BYTE, 0));
      ring.requireIntact();
      assertEquals(0, ring.lostPages());
    }
  }
}
