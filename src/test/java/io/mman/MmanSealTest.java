package io.mman;

import static io.mman.testing.Pages.assertFails;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.mman.testing.ChildJvm;
import io.mman.testing.Pages;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** mseal, called in another process, because sealed pages stay until it ends. */
class MmanSealTest {
  private interface Call {
    void make();
  }

  /** Seals a page and prints what still works on it. */
  static class Sealer {
    public static void main(String... arguments) {
      MemorySegment memory =
          Mman.mmap(
              MemorySegment.NULL,
              2 * Mman.pageSize(),
              Protection.READ_WRITE,
              Set.of(MapFlag.PRIVATE, MapFlag.ANONYMOUS),
              -1,
              0);
      MemorySegment sealed = memory.asSlice(0, Mman.pageSize());
      attempt(() -> Mman.mseal(sealed));
      attempt(() -> Mman.mseal(sealed));
      attempt(() -> Mman.munmap(memory));
      attempt(() -> Mman.mprotect(memory, Protection.READ));
      attempt(() -> Mman.mremap(sealed, 8 * Mman.pageSize(), Set.of(RemapFlag.MAYMOVE)));
      attempt(
          () ->
              Mman.mmap(
                  sealed,
                  Mman.pageSize(),
                  Protection.NONE,
                  Set.of(MapFlag.PRIVATE, MapFlag.ANONYMOUS, MapFlag.FIXED),
                  -1,
                  0));
      attempt(() -> sealed.set(JAVA_BYTE, 0, (byte) 1));
      attempt(() -> Mman.madvise(sealed, Advice.WILLNEED));
      attempt(() -> Mman.munmap(memory.asSlice(Mman.pageSize())));
    }

    private static void attempt(Call call) {
      try {
        call.make();
        System.out.println("works");
      } catch (MmanException e) {
        System.out.println(
            e.call() + ": " + e.error() + e.getMessage().replaceFirst(".*\\): ", ": "));
      }
    }
  }

  @Test
  void sealedPagesCannotBeChanged() {
    List<String> lines = ChildJvm.of(Sealer.class).run().lines();
    assumeFalse(lines.getFirst().contains("ENOSYS"), "the kernel is older than 6.10");

    String refused = ": EPERM: the range is sealed (mseal)";
    assertEquals(
        List.of(
            "works",
            "works",
            "munmap" + refused,
            "mprotect" + refused,
            "mremap" + refused,
            "mmap: EPERM: the address is in a sealed range (mseal), or below vm.mmap_min_addr",
            "works",
            "works",
            "works"),
        lines);
  }

  @Test
  void wrongRangesAreRefused() {
    try (Pages pages = Pages.anonymous(3)) {
      try {
        Mman.mseal(pages.segment().asSlice(0, 0));
      } catch (MmanException e) {
        assumeFalse(e.error() == Errno.ENOSYS, "the kernel is older than 6.10");
        throw e;
      }
      assertFails("mseal", Errno.EINVAL, () -> Mman.mseal(pages.misaligned()));
      pages.punch(1);
      assertFails(
          "mseal",
          Errno.ENOMEM,
          "part of the range is not mapped",
          () -> Mman.mseal(pages.segment()));
      assertTrue(Pages.isReadable(pages.segment()));
    }
  }
}
