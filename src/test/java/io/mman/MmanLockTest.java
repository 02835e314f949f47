package io.mman;

import static io.mman.testing.Pages.assertFails;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.testing.ChildJvm;
import io.mman.testing.Pages;
import io.mman.testing.ProcMaps;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * mlock, munlock, mlockall and munlockall, checked with the locked bytes that the kernel counts.
 */
class MmanLockTest {
  private static final long SIZE = Pages.SIZE;

  @TempDir Path folder;

  private static long locked(Pages pages) {
    return ProcMaps.figuresOf(pages.segment()).figure("Locked");
  }

  @Test
  void mlockFaultsInAndLocksAndMunlockUndoesIt() {
    long before = ProcMaps.statusBytes("VmLck");
    try (Pages pages = Pages.anonymous(8)) {
      Mman.mlock(pages.segment());
      assertEquals("11111111", Pages.residency(pages.segment()));
      assertEquals(8 * SIZE, locked(pages));
      assertEquals(before + 8 * SIZE, ProcMaps.statusBytes("VmLck"));

      Mman.munlock(pages.segment());
      assertEquals(0, locked(pages));
      assertEquals(before, ProcMaps.statusBytes("VmLck"));
    }
  }

  @Test
  void onFaultLocksOnlyWhatIsTouched() {
    long before = ProcMaps.statusBytes("VmLck");
    try (Pages pages = Pages.anonymous(8)) {
      Mman.mlock(pages.segment(), LockFlag.ONFAULT);
      assertEquals("00000000", Pages.residency(pages.segment()));
      assertEquals(before + 8 * SIZE, ProcMaps.statusBytes("VmLck"));
      assertEquals(0, locked(pages));

      pages.pages(2, 3).fill((byte) 1);
      assertEquals("00111000", Pages.residency(pages.segment()));
      assertEquals(3 * SIZE, locked(pages));
    }
  }

  @Test
  void locksDoNotNest() {
    long before = ProcMaps.statusBytes("VmLck");
    try (Pages pages = Pages.anonymous(2)) {
      Mman.mlock(pages.segment());
      Mman.mlock(pages.segment(), LockFlag.ONFAULT);
      assertEquals(before + 2 * SIZE, ProcMaps.statusBytes("VmLck"));
      Mman.munlock(pages.segment());
      assertEquals(before, ProcMaps.statusBytes("VmLck"));
    }
  }

  /** Unlike other systems, Linux accepts an address inside a page, and locks that page. */
  @Test
  void oneByteInsideAPageLocksThePage() {
    long before = ProcMaps.statusBytes("VmLck");
    try (Pages pages = Pages.anonymous(3)) {
      Mman.mlock(pages.segment().asSlice(SIZE + 5, 1));
      assertEquals("010", Pages.residency(pages.segment()));
      assertEquals(before + SIZE, ProcMaps.statusBytes("VmLck"));
      Mman.munlock(pages.segment().asSlice(2 * SIZE - 1, 1));
      assertEquals(before, ProcMaps.statusBytes("VmLck"));
    }
  }

  @Test
  void lengthZeroIsPassedOnAndLocksNothing() {
    long before = ProcMaps.statusBytes("VmLck");
    try (Pages pages = Pages.anonymous(1)) {
      Mman.mlock(pages.segment().asSlice(0, 0));
      Mman.munlock(pages.segment().asSlice(0, 0));
      assertEquals(before, ProcMaps.statusBytes("VmLck"));
    }
  }

  @Test
  void aHoleIsEnomem() {
    try (Pages pages = Pages.anonymous(3)) {
      pages.punch(1);
      String words = "part of the range is not mapped";
      assertFails("mlock", Errno.ENOMEM, words, () -> Mman.mlock(pages.segment()));
      assertFails("munlock", Errno.ENOMEM, words, () -> Mman.munlock(pages.segment()));
      assertFails(
          "mlock2",
          Errno.ENOMEM,
          "ONFAULT): ENOMEM (Cannot allocate memory): " + words,
          () -> Mman.mlock(pages.segment(), LockFlag.ONFAULT));
    }
  }

  @Test
  void pastTheEndOfTheFileIsEnomem() throws IOException {
    Path path = Files.write(folder.resolve("file"), new byte[(int) SIZE]);
    try (NativeFile file = NativeFile.open(path);
        Pages pages = Pages.shared(file, 3, Protection.READ)) {
      assertFails(
          "mlock", Errno.ENOMEM, "past the end of the file", () -> Mman.mlock(pages.segment()));
    }
  }

  /** Prints whether memory is locked before and after each call. */
  static class LockAll {
    public static void main(String... arguments) {
      try {
        Mman.mlockall();
      } catch (MmanException e) {
        System.out.println(e.getMessage());
      }
      Mman.mlockall(LockAllFlag.CURRENT, LockAllFlag.ONFAULT);
      System.out.println("now " + isLocked(ProcMaps.statusBytes("VmLck")));
      try (Pages later = Pages.anonymous(4)) {
        System.out.println("later " + isLocked(locked(later)));
      }
      Mman.mlockall(LockAllFlag.FUTURE);
      try (Pages later = Pages.anonymous(4)) {
        System.out.println("future " + isLocked(locked(later)));
      }
      Mman.munlockall();
      System.out.println("undone " + isLocked(ProcMaps.statusBytes("VmLck")));
      try (Pages later = Pages.anonymous(4)) {
        System.out.println("later " + isLocked(locked(later)));
      }
      Mman.mlockall(LockAllFlag.FUTURE, LockAllFlag.ONFAULT);
      try (Pages later = Pages.anonymous(4)) {
        later.pages(1, 1).fill((byte) 1);
        System.out.println("on fault " + (locked(later) == SIZE));
      }
    }

    private static boolean isLocked(long bytes) {
      return bytes > 0;
    }
  }

  @Test
  void mlockallLocksWhatItsFlagsSay() {
    assertEquals(
        List.of(
            "mlockall(0): EINVAL (Invalid argument): neither CURRENT nor FUTURE is given",
            "now true",
            "later false",
            "future true",
            "undone false",
            "later false",
            "on fault true"),
        ChildJvm.of(LockAll.class).options("-Xmx32m", "-XX:+UseSerialGC").run().lines());
  }

  @Test
  void mlockallWithOnFaultAloneIsEinval() {
    assertFails("mlockall", Errno.EINVAL, () -> Mman.mlockall(LockAllFlag.ONFAULT));
    assertTrue(LockAllFlag.ONFAULT.isSupported());
  }
}
