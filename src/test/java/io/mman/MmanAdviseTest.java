package io.mman;

import static io.mman.testing.Pages.assertFails;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.mman.testing.Pages;
import io.mman.testing.ProcMaps;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** madvise: each advice by what it does. */
class MmanAdviseTest {
  private static final long SIZE = Pages.SIZE;
  private static final long HUGE = 2 << 20;

  @TempDir Path folder;

  /** The kernel's two-letter flags in smaps. */
  @ParameterizedTest
  @CsvSource({
    "RANDOM, NORMAL, rr",
    "SEQUENTIAL, NORMAL, sr",
    "DONTFORK, DOFORK, dc",
    "DONTDUMP, DODUMP, dd",
    "WIPEONFORK, KEEPONFORK, wf",
    "MERGEABLE, UNMERGEABLE, mg",
    "HUGEPAGE, , hg",
    "NOHUGEPAGE, , nh",
  })
  void theKernelShowsTheAdviceUntilItIsUndone(Advice advice, Advice opposite, String flag) {
    try (Pages pages = Pages.anonymous(4)) {
      assertFalse(ProcMaps.figuresOf(pages.segment()).vmFlags().contains(flag));
      Mman.madvise(pages.segment(), advice);
      assertTrue(ProcMaps.figuresOf(pages.segment()).vmFlags().contains(flag));
      if (opposite != null) {
        Mman.madvise(pages.segment(), opposite);
        assertFalse(ProcMaps.figuresOf(pages.segment()).vmFlags().contains(flag));
      }
    }
  }

  @Test
  void dontNeedZeroesThePagesOfTheRange() {
    try (Pages pages = Pages.anonymous(3)) {
      pages.segment().fill((byte) 1);
      Mman.madvise(pages.pages(1, 1), Advice.DONTNEED);
      assertEquals("101", Pages.residency(pages.segment()));
      assertEquals(1, pages.segment().get(JAVA_BYTE, SIZE - 1));
      assertEquals(0, pages.segment().get(JAVA_BYTE, SIZE));
      assertEquals(1, pages.segment().get(JAVA_BYTE, 2 * SIZE));
    }
  }

  @Test
  void dontNeedGivesPrivatePagesOfAFileBackTheirContents() throws IOException {
    Path path = Files.writeString(folder.resolve("file"), "file");
    try (NativeFile file = NativeFile.open(path);
        Pages copy = Pages.file(file, 1, Protection.READ_WRITE, MapFlag.PRIVATE)) {
      copy.segment().setString(0, "copy");
      Mman.madvise(copy.segment(), Advice.DONTNEED);
      assertEquals("file", copy.segment().getString(0));
    }
  }

  @Test
  void freeMarksThePages() {
    try (Pages pages = Pages.anonymous(256)) {
      pages.segment().fill((byte) 1);
      Mman.madvise(pages.segment(), Advice.FREE);
      // The kernel does not move all of them at once: each processor keeps a batch.
      assertTrue(ProcMaps.figuresOf(pages.segment()).figure("LazyFree") > 128 * SIZE);
    }
  }

  @Test
  void removePunchesAHoleInTheFile() {
    try (NativeFile file = NativeFile.memory("hole", 3 * SIZE);
        Pages one = Pages.shared(file, 3, Protection.READ_WRITE);
        Pages other = Pages.shared(file, 3, Protection.READ)) {
      one.segment().fill((byte) 1);
      Mman.madvise(one.pages(1, 1), Advice.REMOVE);
      assertEquals("101", Pages.residency(one.segment()));
      assertEquals(0, other.segment().get(JAVA_BYTE, SIZE));
      assertEquals(1, other.segment().get(JAVA_BYTE, 2 * SIZE));
    }
  }

  @Test
  void populateFaultsThePagesIn() {
    try (Pages pages = Pages.anonymous(5)) {
      // These separate the pages from their neighbours in smaps.
      Mman.mprotect(pages.pages(0, 1), Protection.NONE);
      Mman.mprotect(pages.pages(4, 1), Protection.NONE);
      MemorySegment three = pages.pages(1, 3);
      Mman.madvise(three, Advice.POPULATE_READ);
      // Reading maps the shared zero page; writing allocates pages.
      assertEquals("111", Pages.residency(three));
      assertEquals(0, ProcMaps.figuresOf(three).figure("Anonymous"));
      Mman.madvise(pages.pages(1, 2), Advice.POPULATE_WRITE);
      assertEquals(2 * SIZE, ProcMaps.figuresOf(three).figure("Anonymous"));
    }
  }

  @Test
  void willNeedReadsTheFileIntoMemory() throws IOException {
    Path path = Files.write(folder.resolve("file"), new byte[(int) (16 * SIZE)]);
    try (NativeFile file = NativeFile.open(path);
        Pages pages = Pages.shared(file, 16, Protection.READ)) {
      file.sync();
      file.advise(FileAdvice.DONTNEED, 0, 0);
      assertTrue(Pages.residency(pages.segment()).contains("0"));
      Mman.madvise(pages.segment(), Advice.WILLNEED);
      // The call only starts the reading.
      assertTimeoutPreemptively(
          Duration.ofMinutes(1),
          () -> {
            while (Pages.residency(pages.segment()).contains("0")) {
              Thread.onSpinWait();
            }
          });
    }
  }

  @Test
  void pageOutWritesAndDropsThePagesOfAFile() throws IOException {
    Path path = Files.write(folder.resolve("file"), new byte[(int) (4 * SIZE)]);
    try (NativeFile file = NativeFile.open(path, StandardOpenOption.WRITE);
        Pages pages = Pages.shared(file, 4, Protection.READ_WRITE)) {
      file.sync();
      assertTrue(pages.segment().get(JAVA_BYTE, 0) == 0);
      Mman.madvise(pages.segment(), Advice.COLD);
      assertTrue(ProcMaps.figuresOf(pages.segment()).figure("Rss") > 0);
      Mman.madvise(pages.segment(), Advice.PAGEOUT);
      assertEquals(0, ProcMaps.figuresOf(pages.segment()).figure("Rss"));
    }
  }

  @Test
  void collapseMakesAHugePage() throws IOException {
    Path mode = Path.of("/sys/kernel/mm/transparent_hugepage/enabled");
    assumeTrue(Files.exists(mode), "the kernel has no transparent huge pages");
    try (Pages pages = Pages.anonymous(2 * HUGE / SIZE)) {
      pages.segment().fill((byte) 1);
      long aligned = -pages.segment().address() & (HUGE - 1);
      MemorySegment middle = pages.segment().asSlice(aligned, HUGE);
      Mman.madvise(middle, Advice.COLLAPSE);
      assertTrue(ProcMaps.figuresOf(middle).figure("AnonHugePages") >= HUGE);
      assertEquals(1, middle.get(JAVA_BYTE, HUGE - 1));
    } catch (MmanException e) {
      assumeTrue(e.error() != Errno.EAGAIN && e.error() != Errno.ENOMEM, e.getMessage());
      throw e;
    }
  }

  @Test
  void dontNeedLockedDiscardsLockedPages() {
    try (Pages pages = Pages.anonymous(2)) {
      Mman.mlock(pages.segment());
      pages.segment().fill((byte) 1);
      assertFails("madvise", Errno.EINVAL, () -> Mman.madvise(pages.segment(), Advice.DONTNEED));
      assertEquals(1, pages.segment().get(JAVA_BYTE, 0));
      Mman.madvise(pages.segment(), Advice.DONTNEED_LOCKED);
      assertEquals(0, pages.segment().get(JAVA_BYTE, 0));
    }
  }

  @Test
  void aGuardCannotBeReadUntilItIsRemoved() {
    assumeTrue(Advice.GUARD_INSTALL.isSupported(), "the kernel is older than 6.13");
    try (Pages pages = Pages.anonymous(3)) {
      pages.segment().fill((byte) 1);
      Mman.madvise(pages.pages(1, 1), Advice.GUARD_INSTALL);
      assertTrue(Pages.isReadable(pages.pages(0, 1)));
      assertFalse(Pages.isReadable(pages.pages(1, 1)));
      assertTrue(Pages.isReadable(pages.pages(2, 1)));
      Mman.madvise(pages.segment(), Advice.GUARD_REMOVE);
      assertTrue(Pages.isReadable(pages.pages(1, 1)));
      assertEquals(0, pages.segment().get(JAVA_BYTE, SIZE));
      assertEquals(1, pages.segment().get(JAVA_BYTE, 2 * SIZE));
    }
  }

  /**
   * The kernel accepts any advice that it knows for an empty range (memmap2 relies on this too).
   */
  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.MATCH_NONE, names = "(FREE_RE|CAN_|ZERO|NO|AUTO|CORE|PROT).*")
  void lengthZeroIsPassedOnAndChangesNothing(Advice advice) {
    assumeTrue(advice.isSupported(), "an old kernel");
    try (Pages pages = Pages.anonymous(1)) {
      pages.segment().fill((byte) 1);
      Mman.madvise(pages.segment().asSlice(0, 0), advice);
      assertEquals(1, pages.segment().get(JAVA_BYTE, 0));
    }
  }

  @Test
  void anAddressInsideAPageIsEinval() {
    try (Pages pages = Pages.anonymous(1)) {
      assertFails(
          "madvise",
          Errno.EINVAL,
          "NORMAL): EINVAL (Invalid argument): the address is not a multiple of the page size",
          () -> Mman.madvise(pages.misaligned(), Advice.NORMAL));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"FREE", "WIPEONFORK"})
  void adviceForAnonymousMemoryIsEinvalForAFile(Advice advice) {
    try (NativeFile file = NativeFile.memory("file", SIZE);
        Pages pages = Pages.shared(file, 1, Protection.READ_WRITE)) {
      assertFails("madvise", Errno.EINVAL, () -> Mman.madvise(pages.segment(), advice));
    }
  }

  @Test
  void removeRequiresASharedWritableFile() throws IOException {
    Path path = Files.write(folder.resolve("file"), new byte[(int) SIZE]);
    try (NativeFile file = NativeFile.open(path);
        Pages memory = Pages.anonymous(1);
        Pages readOnly = Pages.shared(file, 1, Protection.READ)) {
      assertFails("madvise", Errno.EINVAL, () -> Mman.madvise(memory.segment(), Advice.REMOVE));
      assertFails(
          "madvise",
          Errno.EACCES,
          "REMOVE requires a shared mapping of a file that is open for writing",
          () -> Mman.madvise(readOnly.segment(), Advice.REMOVE));
    }
  }

  @Test
  void aHoleIsEnomem() {
    try (Pages pages = Pages.anonymous(3)) {
      pages.punch(1);
      assertFails(
          "madvise",
          Errno.ENOMEM,
          "part of the range is not mapped",
          () -> Mman.madvise(pages.segment(), Advice.NORMAL));
    }
  }

  @Test
  void populatePastTheEndOfTheFileIsEfault() throws IOException {
    Path path = Files.write(folder.resolve("file"), new byte[(int) SIZE]);
    try (NativeFile file = NativeFile.open(path);
        Pages pages = Pages.shared(file, 2, Protection.READ)) {
      assertFails(
          "madvise",
          Errno.EFAULT,
          "a page is past the end of the file",
          () -> Mman.madvise(pages.segment(), Advice.POPULATE_READ));
      assertFails(
          "madvise",
          Errno.EINVAL, // the pages are not writable
          () -> Mman.madvise(pages.pages(0, 1), Advice.POPULATE_WRITE));
    }
  }
}
