package io.mman;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Large ranges, which several threads populate. */
class MappedRegionPopulateLargeTest {
  private static final long PAGE = Mman.pageSize();
  private static final long SIZE = (160L << 20) + 5 * PAGE + 7;

  @Test
  void everyPageIsThereAfterwards() {
    try (MappedRegion confined = Mapping.anonymous(SIZE).mapConfined();
        MappedRegion shared = Mapping.anonymous(SIZE).populate().mapShared();
        Arena arena = Arena.ofConfined()) {
      MappedRegion borrowed = Mapping.anonymous(SIZE).map(arena);
      confined.populate();
      borrowed.populate(PAGE, SIZE - PAGE);
      assertTrue(confined.isResident(0, SIZE));
      assertTrue(shared.isResident(0, SIZE));
      assertEquals(Math.ceilDiv(SIZE, PAGE) - 1, borrowed.residentPages(0, SIZE));
    }
  }

  @Test
  void aMissingPageIsReportedWhicheverThreadFindsIt(@TempDir Path folder) throws IOException {
    Path path = folder.resolve("sparse");
    try (MappedRegion region = Mapping.file(path).create(SIZE).mapShared()) {
      try (var channel = Files.newByteChannel(path, StandardOpenOption.WRITE)) {
        channel.truncate(SIZE - 3 * PAGE); // the last thread's
      }
      var e = assertThrows(MmanException.class, region::populate);
      assertEquals(Errno.EFAULT, e.error());
      assertTrue(region.isResident(0, 100 * PAGE));
    }
  }

  @Test
  void anInterruptIsKeptForTheCaller() {
    try (MappedRegion region = Mapping.anonymous(SIZE).mapConfined()) {
      Thread.currentThread().interrupt();
      region.populate();
      assertTrue(Thread.interrupted());
      assertTrue(region.isResident(0, SIZE));
    }
  }
}
