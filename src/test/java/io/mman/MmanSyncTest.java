package io.mman;

import static io.mman.testing.Pages.assertFails;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.testing.Pages;
import io.mman.testing.ProcMaps;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * msync, by the dirty pages that it leaves. Reading the file back would prove nothing: it sees a
 * shared mapping's changes without any sync.
 */
class MmanSyncTest {
  private static final int PAGES = 64;

  @TempDir Path folder;
  private Path path;
  private NativeFile file;
  private Pages pages;

  @BeforeEach
  void mapDirtyPages() throws IOException {
    path = Files.write(folder.resolve("file"), new byte[(int) (PAGES * Pages.SIZE)]);
    file = NativeFile.open(path, StandardOpenOption.WRITE);
    pages = Pages.shared(file, PAGES, Protection.READ_WRITE);
    file.sync();
    assertEquals(0, dirty(pages.segment()));
    pages.segment().fill((byte) 7);
    assertEquals(PAGES * Pages.SIZE, dirty(pages.segment()));
  }

  @AfterEach
  void unmap() {
    pages.close();
    file.close();
  }

  private static long dirty(MemorySegment mapped) {
    ProcMaps.Area area = ProcMaps.figuresOf(mapped);
    return area.figure("Shared_Dirty") + area.figure("Private_Dirty");
  }

  @Test
  void syncLeavesNoPageDirty() {
    Mman.msync(pages.segment(), SyncFlag.SYNC);
    assertEquals(0, dirty(pages.segment()));
  }

  @Test
  void noFlagMeansSync() {
    Mman.msync(pages.segment());
    assertEquals(0, dirty(pages.segment()));
  }

  /** More may be written: file systems keep several pages together. */
  @Test
  void syncWritesTheRangeGivenWithTheRestOfItsLastPage() {
    Mman.msync(pages.segment().asSlice(Pages.SIZE, Pages.SIZE + 1), SyncFlag.SYNC);
    assertTrue(dirty(pages.segment()) <= (PAGES - 2) * Pages.SIZE);
  }

  /** It has no effect on Linux: the kernel writes the pages at some later time. */
  @Test
  void asyncAloneWritesNothingYet() {
    Mman.msync(pages.segment(), SyncFlag.ASYNC);
    assertTrue(dirty(pages.segment()) > 0);
  }

  @Test
  void invalidateIsAcceptedAloneAndWithSync() {
    Mman.msync(pages.segment(), SyncFlag.INVALIDATE);
    assertTrue(dirty(pages.segment()) > 0);
    Mman.msync(pages.segment(), SyncFlag.INVALIDATE, SyncFlag.SYNC);
    assertEquals(0, dirty(pages.segment()));
  }

  @Test
  void lengthZeroIsPassedOnAndDoesNothing() {
    Mman.msync(pages.segment().asSlice(0, 0));
    assertEquals(PAGES * Pages.SIZE, dirty(pages.segment()));
  }

  @Test
  void memoryMappedByTheJdkIsSyncedToo() throws IOException {
    try (Arena arena = Arena.ofConfined();
        FileChannel channel =
            FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      MemorySegment mapped = channel.map(MapMode.READ_WRITE, 0, PAGES * Pages.SIZE, arena);
      Mman.msync(mapped);
      mapped.fill((byte) 9);
      assertEquals(PAGES * Pages.SIZE, dirty(mapped));

      Mman.msync(mapped);

      assertEquals(0, dirty(mapped));
    }
    byte[] expected = new byte[(int) (PAGES * Pages.SIZE)];
    Arrays.fill(expected, (byte) 9);
    assertArrayEquals(expected, Files.readAllBytes(path));
  }

  @Test
  void invalidateOfALockedRangeIsEbusy() {
    Mman.mlock(pages.pages(1, 1));
    assertFails(
        "msync",
        Errno.EBUSY,
        "SYNC|INVALIDATE): EBUSY (Device or resource busy): INVALIDATE is given, but the range is"
            + " locked",
        () -> Mman.msync(pages.segment(), SyncFlag.INVALIDATE, SyncFlag.SYNC));
  }

  @Test
  void anAddressInsideAPageIsEinval() {
    assertFails("msync", Errno.EINVAL, () -> Mman.msync(pages.misaligned()));
  }

  @Test
  void asyncTogetherWithSyncIsEinval() {
    assertFails(
        "msync",
        Errno.EINVAL,
        "ASYNC|SYNC): EINVAL (Invalid argument): the address is not aligned, or SYNC and ASYNC are"
            + " both given",
        () -> Mman.msync(pages.segment(), SyncFlag.SYNC, SyncFlag.ASYNC));
  }

  @Test
  void aHoleIsEnomemAfterTheRestIsWritten() {
    try (Pages more = Pages.shared(file, 3, Protection.READ_WRITE)) {
      more.segment().fill((byte) 1);
      more.punch(1);
      assertFails(
          "msync",
          Errno.ENOMEM,
          "part of the range is not mapped",
          () -> Mman.msync(more.segment(), SyncFlag.SYNC));
      assertEquals(0, dirty(more.pages(2, 1)));
    }
  }
}
