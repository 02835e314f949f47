package io.mman;

import static io.mman.testing.Views.assertAlive;
import static io.mman.testing.Views.assertMarked;
import static io.mman.testing.Views.assertRevoked;
import static io.mman.testing.Views.mark;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.mman.testing.ChildJvm;
import io.mman.testing.Elsewhere;
import io.mman.testing.ProcMaps;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Runs in other JVMs, because sealed pages stay mapped until the process ends. */
class MappedRegionSealTest {
  private static final long PAGE = Mman.pageSize();

  @Test
  void aSealedRegionStaysAsItIsUntilTheEnd() {
    List<String> lines = ChildJvm.of(Child.class).run().lines();
    assumeFalse(lines.contains("ENOSYS"), "the kernel is older than 6.10");
    assertEquals(List.of("done"), lines);
  }

  @Test
  void aBorrowedRegionIsNotSealed() {
    try (Arena arena = Arena.ofConfined()) {
      MappedRegion region = Mapping.anonymous(PAGE).map(arena);
      assertThrows(IllegalStateException.class, region::seal);
      assertThrows(IllegalStateException.class, MappedRegion.of(region.segment())::seal);
    }
    MappedRegion closed = Mapping.anonymous(PAGE).mapConfined();
    closed.close();
    assertThrows(IllegalStateException.class, closed::seal);
    try (MappedRegion confined = Mapping.anonymous(PAGE).mapConfined()) {
      assertThrows(
          WrongThreadException.class, () -> Elsewhere.run(confined::seal)); // and so not sealed
    }
  }

  static class Child {
    public static void main(String... arguments) {
      if (!probe()) {
        return;
      }
      Mapping memory = Mapping.anonymous(3 * PAGE);
      seal(memory.mapShared());
      seal(memory.mapConfined());
      seal(memory.guardPages().mapShared());
      seal(memory.reserve(9 * PAGE).mapShared());
      seal(memory.protection(Protection.READ).mapShared());
      seal(Mapping.anonymous(0).mapShared());
      sealPinned(memory.mapShared());
      try (NativeFile file = NativeFile.memory("sealed", 8 * PAGE)) {
        Mapping mapping = Mapping.file(file).protection(Protection.READ_WRITE);
        seal(mapping.range(0, 3 * PAGE).mapShared());
        file.resize(0); // no view is left that would lose pages
      }
      System.out.println("done");
    }

    private static boolean probe() {
      try (MappedRegion region = Mapping.anonymous(PAGE).mapConfined()) {
        region.seal();
        return true;
      } catch (MmanException e) {
        System.out.println(e.error());
        return false;
      }
    }

    private static void seal(MappedRegion region) {
      MemorySegment view = region.segment();
      long size = region.size();
      if (!view.isReadOnly()) {
        mark(view);
      }
      region.seal();
      region.seal(); // a second time changes nothing
      assertAlive(view);
      refuse(() -> region.protect(Protection.READ), "mprotect");
      refuse(() -> region.protect(region.protection()), "mprotect");
      refuse(() -> region.resize(size + PAGE), "mremap");
      refuse(() -> region.resize(size / 2), "mremap");
      refuse(() -> region.split(0), "mprotect");
      MappedRegion other = Mapping.anonymous(PAGE).mapShared();
      refuse(() -> region.join(other), "mremap");
      refuse(() -> other.join(region), "mremap");
      other.close();

      assertAlive(view);
      if (!view.isReadOnly()) {
        assertMarked(view, 0, size);
        mark(view);
        region.sync();
        region.lock();
        region.unlock();
      }
      region.close();
      region.close();
      assertRevoked(view);
      require(!region.isAlive());
      require(size == 0 || ProcMaps.find(view.address()).isPresent());
    }

    private static void sealPinned(MappedRegion region) {
      try (Pin _ = region.pin()) {
        region.seal();
        try {
          region.close();
          throw new AssertionError("closed");
        } catch (IllegalStateException pinned) {
          require(region.isAlive());
        }
      }
      region.close();
    }

    private static void refuse(Runnable change, String call) {
      try {
        change.run();
      } catch (MmanException e) {
        require(e.error() == Errno.EPERM && e.call().equals(call));
        require(e.getMessage().contains("sealed"));
        return;
      }
      throw new AssertionError("not refused");
    }

    private static void require(boolean condition) {
      if (!condition) {
        throw new AssertionError();
      }
    }
  }
}
