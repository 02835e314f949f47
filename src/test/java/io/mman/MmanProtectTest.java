package io.mman;

import static io.mman.testing.Pages.assertFails;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.testing.LibC;
import io.mman.testing.Pages;
import io.mman.testing.ProcMaps;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MmanProtectTest {
  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource
  void theKernelShowsTheNewProtection(Protection protection) {
    try (Pages pages = Pages.anonymous(3)) {
      pages.segment().fill((byte) 5);
      Mman.mprotect(pages.pages(1, 1), protection);

      assertEquals("rw-p", ProcMaps.of(pages.pages(0, 1)).perms());
      assertEquals(MmanMapTest.perms(protection) + "p", ProcMaps.of(pages.pages(1, 1)).perms());
      assertEquals("rw-p", ProcMaps.of(pages.pages(2, 1)).perms());
      assertEquals(protection.canRead(), Pages.isReadable(pages.pages(1, 1)));
      assertEquals(protection.canWrite(), Pages.isWritable(pages.pages(1, 1), 6));

      Mman.mprotect(pages.pages(1, 1), Protection.READ_WRITE);
      assertEquals(protection.canWrite() ? 6 : 5, pages.pages(1, 1).get(JAVA_BYTE, 0));
      // The kernel merges equal neighbours, even those that the test did not map.
      assertTrue(ProcMaps.of(pages.segment()).end() >= pages.segment().address() + 3 * Pages.SIZE);
    }
  }

  @Test
  void lengthZeroIsPassedOnAndChangesNothing() {
    try (Pages pages = Pages.anonymous(1)) {
      Mman.mprotect(pages.segment().asSlice(0, 0), Protection.NONE);
      assertEquals("rw-p", ProcMaps.of(pages.segment()).perms());
    }
  }

  /** The kernel rounds the length up, so a byte changes its whole page. */
  @Test
  void aPartOfAPageIsTheWholePage() {
    try (Pages pages = Pages.anonymous(2)) {
      Mman.mprotect(pages.segment().asSlice(0, 1), Protection.NONE);
      assertFalse(Pages.isReadable(pages.segment().asSlice(Pages.SIZE - 1)));
      assertTrue(Pages.isReadable(pages.segment().asSlice(Pages.SIZE)));
    }
  }

  @Test
  void moreThanTheDescriptorAllowedIsEacces() throws IOException {
    Path path = Files.write(folder.resolve("file"), new byte[(int) Pages.SIZE]);
    try (NativeFile file = NativeFile.open(path);
        Pages shared = Pages.shared(file, 1, Protection.READ);
        Pages copy = Pages.file(file, 1, Protection.READ, MapFlag.PRIVATE)) {
      assertFails(
          "mprotect",
          Errno.EACCES,
          "READ_WRITE): EACCES (Permission denied): the file is open for reading only",
          () -> Mman.mprotect(shared.segment(), Protection.READ_WRITE));
      Mman.mprotect(copy.segment(), Protection.READ_WRITE); // changes never reach the file
      assertTrue(Pages.isWritable(copy.segment(), 1));
    }
  }

  /** The kernel refuses it, but musl rounds the address down before it calls the kernel. */
  @Test
  void anAddressInsideAPageIsEinvalOrRoundedDown() {
    try (Pages pages = Pages.anonymous(1)) {
      if (LibC.isMusl()) {
        Mman.mprotect(pages.misaligned(), Protection.READ);
        assertEquals("r--p", ProcMaps.of(pages.segment()).perms());
        return;
      }
      assertFails(
          "mprotect",
          Errno.EINVAL,
          "not a multiple of the page size",
          () -> Mman.mprotect(pages.misaligned(), Protection.READ));
      assertEquals("rw-p", ProcMaps.of(pages.segment()).perms());
    }
  }

  @Test
  void aHoleIsEnomem() {
    try (Pages pages = Pages.anonymous(3)) {
      pages.punch(1);
      assertFails(
          "mprotect",
          Errno.ENOMEM,
          "part of the range is not mapped",
          () -> Mman.mprotect(pages.segment(), Protection.READ));
    }
  }
}
