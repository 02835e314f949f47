package io.mman;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.testing.ChildJvm;
import io.mman.testing.Command;
import io.mman.testing.Samples;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A file that is truncated under a view: the calls fail with an errno, but an access raises a
 * signal.
 */
class MappedRegionTruncationTest {
  private static final long PAGE = Mman.pageSize();

  @TempDir Path folder;

  @Test
  void readAndWriteCopyTheRemainingBytesAndThenFail() {
    for (boolean onHeap : new boolean[] {true, false}) {
      Path path = Samples.file(folder, 40 * PAGE);
      try (MappedRegion region =
          Mapping.file(path).protection(Protection.READ_WRITE).mapConfined()) {
        MemorySegment other = memory(40 * PAGE, onHeap);
        Samples.resize(path, 20 * PAGE + 5);

        assertEquals(21 * PAGE, region.read(0, other)); // to the end of the page
        assertArrayEquals(
            Samples.bytes(0, 20 * PAGE + 5), Samples.bytes(other.asSlice(0, 20 * PAGE + 5)));
        assertEquals(0, other.get(ValueLayout.JAVA_BYTE, 20 * PAGE + 5));
        assertEquals(7, region.read(21 * PAGE - 7, memory(100, onHeap)));
        assertEfault(() -> region.read(21 * PAGE, memory(1, onHeap)), "process_vm_readv");

        other.fill((byte) 7);
        assertEquals(2, region.write(21 * PAGE - 2, other.asSlice(0, PAGE)));
        assertEquals(PAGE + 1, region.write(20 * PAGE - 1, other.asSlice(0, 9 * PAGE)));
        assertEfault(() -> region.write(39 * PAGE, memory(PAGE, onHeap)), "process_vm_writev");
        assertEquals(7, Samples.read(path, 20 * PAGE, 1)[0]);
      }
    }
  }

  private static MemorySegment memory(long size, boolean onHeap) {
    return onHeap ? MemorySegment.ofArray(new byte[(int) size]) : Arena.ofAuto().allocate(size);
  }

  private static void assertEfault(Runnable call, String name) {
    var e = assertThrows(MmanException.class, call::run);
    assertEquals(Errno.EFAULT, e.error());
    assertEquals(name, e.call());
    assertTrue(e.getMessage().contains("past the end of the file"), e::getMessage);
  }

  @Test
  void populateFailsBeforeAnAccessWould() {
    Path path = Samples.file(folder, 8 * PAGE);
    Mapping request = Mapping.file(path).protection(Protection.READ_WRITE);
    try (MappedRegion shared = request.mapConfined();
        MappedRegion own = request.copyOnWrite().mapShared()) {
      Samples.resize(path, 3 * PAGE);
      for (MappedRegion region : new MappedRegion[] {shared, own}) {
        region.populate(0, 3 * PAGE);
        assertEfault(region::populate, "madvise");
        assertEfault(() -> region.populate(3 * PAGE, 1), "madvise");
        assertEfault(() -> region.advise(Advice.POPULATE_WRITE), "madvise");
      }
      Samples.resize(path, 8 * PAGE);
      shared.populate();
      assertEquals(0, shared.segment().get(ValueLayout.JAVA_BYTE, 7 * PAGE));
    }
  }

  @Test
  void theCallsThatTouchNothingGoOn() {
    Path path = Samples.file(folder, 8 * PAGE);
    try (MappedRegion region = Mapping.file(path).mapShared()) {
      Samples.resize(path, 0);
      region.sync();
      region.advise(Advice.WILLNEED);
      region.advise(Advice.DONTNEED);
      region.lock(LockFlag.ONFAULT);
      region.unlock();
      assertEquals(0, region.residency().residentPages());
      region.protect(Protection.NONE);
    }
  }

  /** The library cannot prevent this, so the javadoc warns about it. */
  static class Touching {
    public static void main(String... arguments) {
      Path path = Path.of(arguments[0]);
      MappedRegion region = Mapping.file(path).mapConfined();
      Samples.resize(path, 0);
      try {
        region.read(0, MemorySegment.ofArray(new byte[1]));
      } catch (MmanException e) {
        System.out.println(e.error());
      }
      System.out.println("value " + region.segment().get(ValueLayout.JAVA_BYTE, 0));
    }
  }

  @Test
  void touchingATruncatedPageReturnsNoValue() {
    Command.Outcome outcome =
        ChildJvm.of(Touching.class).run(Samples.file(folder, PAGE).toString());
    assertTrue(outcome.out().startsWith("EFAULT\n"), outcome::toString);
    assertTrue(outcome.exitCode() != 0, outcome::toString);
  }

  @Test
  void aMemfdSealedAgainstShrinkingCannotBeTruncated() {
    try (NativeFile file = NativeFile.memory("sealed", 2 * PAGE, MemfdFlag.ALLOW_SEALING)) {
      file.seal(FileSeal.SHRINK);
      MappedRegion region = Mapping.file(file).protection(Protection.READ_WRITE).mapConfined();
      region.close(); // so that only the seal prevents it
      var e = assertThrows(MmanException.class, () -> file.resize(PAGE));
      assertEquals(Errno.EPERM, e.error());
      assertThrows(
          RuntimeException.class,
          () -> Samples.resize(file.path(), PAGE)); // nor by other processes
      assertEquals(2 * PAGE, file.size());
      file.resize(3 * PAGE);
    }
  }

  @Test
  void aFileIsNotTruncatedUnderItsOwnRegions() {
    Path path = Samples.file(folder, 8 * PAGE);
    try (NativeFile file = NativeFile.open(path, StandardOpenOption.WRITE)) {
      MappedRegion low = Mapping.file(file).range(0, PAGE + 1).mapConfined();
      MappedRegion high = Mapping.file(file).range(5 * PAGE, 9).copyOnWrite().mapShared();
      MappedRegion empty = Mapping.file(file).range(8 * PAGE, 0).mapShared();
      Arena arena = Arena.ofConfined();
      Mapping.file(file).range(2 * PAGE, PAGE).map(arena);

      assertKept(file, 5 * PAGE + 9);
      file.resize(5 * PAGE + 9);
      high.close();
      assertKept(file, 3 * PAGE);
      file.resize(3 * PAGE);
      arena.close();
      assertKept(file, PAGE + 1);
      file.resize(PAGE + 1);
      low.close();
      file.resize(0);
      file.resize(8 * PAGE);
      empty.close();
    }
  }

  private static void assertKept(NativeFile file, long covered) {
    for (long size : new long[] {0, 1, covered - 1}) {
      var e = assertThrows(IllegalStateException.class, () -> file.resize(size));
      assertTrue(e.getMessage().contains(Long.toString(covered)), e::getMessage);
    }
  }
}
