package io.mman;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.mman.testing.BelowTarget;
import io.mman.testing.ChildJvm;
import io.mman.testing.Samples;
import io.mman.testing.SmallDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.BitSet;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What prefetching reads of a file that is not in the page cache. */
class MappedRegionPrefetchTest {
  private static final long PAGE = Mman.pageSize();
  private static final int PAGES = 1024;

  @TempDir(factory = BelowTarget.class)
  Path folder;

  private NativeFile file;
  private MappedRegion region;

  @BeforeEach
  void map() throws IOException {
    assumeFalse(Files.getFileStore(folder).type().equals("tmpfs"), "a tmpfs is always in memory");
    file = NativeFile.open(Samples.file(folder, PAGES * PAGE), StandardOpenOption.WRITE);
    file.sync();
    region = Mapping.file(file).mapShared();
    drop();
  }

  @AfterEach
  void close() {
    region.close();
    file.close();
  }

  private void drop() {
    region.advise(Advice.DONTNEED);
    file.advise(FileAdvice.DONTNEED, 0, 0);
    assertEquals(0, region.residentPages(0, region.size()));
  }

  /** Waits until at least so many pages are in memory, and returns which ones are. */
  private BitSet awaitResident(long pages) {
    long end = System.nanoTime() + 60_000_000_000L;
    while (region.residentPages(0, region.size()) < pages && System.nanoTime() < end) {
      Thread.onSpinWait();
    }
    return region.residency().toBitSet();
  }

  @Test
  void missingPagesAreReadAndNoOthers() {
    long[] offsets = LongStream.range(0, 500).map(i -> (2 * i + 1) * PAGE).toArray();

    assertEquals(500, region.prefetch(offsets, PAGE));

    BitSet expected = new BitSet();
    LongStream.range(0, 500).forEach(i -> expected.set((int) (2 * i + 1)));
    assertEquals(expected, awaitResident(500));
    assertEquals(0, region.prefetch(offsets, PAGE));
    assertEquals(Samples.at(PAGE), region.segment().get(JAVA_BYTE, PAGE));
  }

  @Test
  void aLargeRangeIsReadCompletely() {
    assertTrue(region.prefetch(PAGE + 5, (PAGES - 2) * PAGE - 5));

    BitSet expected = new BitSet();
    expected.set(1, PAGES - 1);
    assertEquals(expected, awaitResident(PAGES - 2));
    assertFalse(region.prefetch(PAGE, (PAGES - 2) * PAGE));
    assertTrue(region.prefetch(PAGE, (PAGES - 2) * PAGE + 1));
  }

  /** Takes a folder on a loop device, whose window is made small. */
  static class LargeRange {
    public static void main(String... arguments) throws IOException {
      Path folder = Path.of(arguments[0]);
      long number = (long) Files.getAttribute(folder, "unix:dev") & 0xff;
      // in this order: the first one sets the second one, too
      Path transfer = Path.of("/sys/block/loop" + number + "/queue/max_sectors_kb");
      Path window = Path.of("/sys/class/bdi/7:" + number + "/read_ahead_kb");
      String transferBefore = Files.readAllLines(transfer).getFirst();
      String windowBefore = Files.readAllLines(window).getFirst();
      Files.writeString(transfer, "32");
      Files.writeString(window, "16");
      try {
        run(Samples.file(folder, 4 << 20));
      } finally {
        Files.writeString(transfer, transferBefore);
        Files.writeString(window, windowBefore);
      }
    }

    private static void run(Path path) {
      try (NativeFile file = NativeFile.open(path)) {
        file.sync();
        file.advise(FileAdvice.DONTNEED, 0, 0);
        try (MappedRegion region = Mapping.file(file).mapShared()) {
          System.out.println(region.prefetch(0, region.size()));
          long end = System.nanoTime() + 10_000_000_000L;
          while (!region.isResident(0, region.size()) && System.nanoTime() < end) {
            Thread.onSpinWait();
          }
          System.out.println(region.residentPages(0, region.size()) * PAGE);
        }
      }
    }
  }

  /** In one range, the kernel reads no more than a window. */
  @Test
  void aRangeLargerThanAWindowIsReadCompletely() {
    String[] mount = SmallDisk.EXT4.mountedAt(folder);
    ChildJvm child = ChildJvm.of(LargeRange.class).under(mount);

    assertEquals(
        List.of("true", Integer.toString(4 << 20)), child.run(SmallDisk.EXT4.path(folder)).lines());
  }

  @Test
  void rangesAreWidenedToWholePages() {
    assertTrue(region.prefetch(3 * PAGE - 1, 2));

    BitSet expected = new BitSet();
    expected.set(2, 4);
    assertEquals(expected, awaitResident(2));
    assertFalse(region.prefetch(2 * PAGE, 2 * PAGE));
  }

  @Test
  void nothingIsAskedForIfTheRangeIsEmpty() {
    assertFalse(region.prefetch(PAGE, 0));
    assertFalse(region.prefetch(region.size(), 0));
    assertEquals(0, region.prefetch(new long[] {0, PAGE}, 0));
    assertEquals(0, region.prefetch(new long[0], PAGE));
    assertEquals(0, region.residentPages(0, region.size()));
  }

  @Test
  void nothingIsAskedForIfARangeIsOutside() {
    long[] offsets = {0, region.size() - PAGE + 1};
    assertThrows(IndexOutOfBoundsException.class, () -> region.prefetch(offsets, PAGE));
    assertThrows(IndexOutOfBoundsException.class, () -> region.prefetch(-1, PAGE));
    assertThrows(IndexOutOfBoundsException.class, () -> region.prefetch(0, -1));
    assertThrows(IndexOutOfBoundsException.class, () -> region.prefetch(0, Long.MIN_VALUE));
    assertThrows(IndexOutOfBoundsException.class, () -> region.prefetch(new long[0], -1));
    assertThrows(IndexOutOfBoundsException.class, () -> region.prefetch(0, region.size() + 1));
    assertEquals(0, region.residentPages(0, region.size()));
  }
}
