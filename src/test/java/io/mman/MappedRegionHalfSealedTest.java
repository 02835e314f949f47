package io.mman;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.mman.internal.region.RegionProbe;
import io.mman.testing.ChildJvm;
import io.mman.testing.ProcMaps;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * A change that fails half-way: mprotect has changed the first pages when it meets a sealed one.
 */
class MappedRegionHalfSealedTest {
  private static final long PAGE = Mman.pageSize();

  /** Prints, after each change that fails, the protection of both ends and of the view. */
  static class HalfSealed {
    public static void main(String... arguments) {
      MappedRegion region = Mapping.anonymous(4 * PAGE).mapShared();
      MemorySegment pages = RegionProbe.pages(region.region);
      MemorySegment old = region.segment();
      try {
        Mman.mseal(pages.asSlice(3 * PAGE));
      } catch (MmanException e) {
        System.out.println(e.error());
        return;
      }
      for (Protection to :
          List.of(Protection.READ, Protection.NONE, Protection.READ_WRITE_EXEC, Protection.READ)) {
        try {
          region.protect(to);
          System.out.println("changed");
        } catch (MmanException e) {
          System.out.println(e.call() + " " + e.error() + " " + protections(region));
        }
      }
      System.out.println("old view alive: " + old.scope().isAlive());
      System.out.println(
          "still takes calls: " + region.read(0, MemorySegment.ofArray(new byte[9])));
      try {
        region.close();
      } catch (MmanException e) {
        System.out.println("close " + e.error() + " " + region.isAlive());
      }
      printOfUnknownProtection();
    }

    /** Pages that were changed without the region's knowledge, and cannot be changed back. */
    private static void printOfUnknownProtection() {
      MappedRegion region = Mapping.anonymous(4 * PAGE).mapConfined();
      MemorySegment tail = RegionProbe.pages(region.region).asSlice(3 * PAGE);
      Mman.mprotect(tail, Protection.READ);
      Mman.mseal(tail);
      try {
        region.protect(Protection.NONE);
      } catch (MmanException e) {
        System.out.println(e.call() + " " + e.error() + " " + protections(region));
      }
    }

    private static String protections(MappedRegion region) {
      MemorySegment pages = RegionProbe.pages(region.region);
      String view;
      try {
        view = region.segment().isReadOnly() ? "read" : "write";
      } catch (IllegalStateException e) {
        view = "none";
      }
      return region.protection()
          + " "
          + ProcMaps.of(MemorySegment.ofAddress(pages.address())).perms()
          + " "
          + ProcMaps.of(MemorySegment.ofAddress(pages.address() + 3 * PAGE)).perms()
          + " view: "
          + view;
    }
  }

  @Test
  void noViewIsWiderThanItsPages() {
    List<String> lines = ChildJvm.of(HalfSealed.class).run().lines();

    assumeFalse(lines.equals(List.of("ENOSYS")), "needs Linux 6.10");
    String asBefore = "mprotect EPERM READ_WRITE rw-p rw-p view: write";
    assertEquals(
        List.of(
            asBefore,
            asBefore,
            asBefore,
            asBefore,
            "old view alive: false",
            "still takes calls: 9",
            "close EPERM false",
            "mprotect EPERM READ_WRITE rw-p r--p view: none"),
        lines);
  }
}
