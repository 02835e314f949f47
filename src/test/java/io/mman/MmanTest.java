package io.mman;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.testing.CProgram;
import io.mman.testing.ChildJvm;
import io.mman.testing.Command;
import io.mman.testing.Pages;
import io.mman.testing.ProcMaps;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rules for the facade as a whole. */
class MmanTest {
  @TempDir Path folder;

  @Test
  void itIsAvailableHere() {
    assertTrue(Mman.isAvailable());
  }

  @Test
  void thePageSizeIsThatOfC() {
    String source =
        """
        #include <stdio.h>
        #include <unistd.h>
        int main(void) { return printf("%ld\\n", sysconf(_SC_PAGESIZE)) < 0; }
        """;
    assertEquals(List.of(Long.toString(Mman.pageSize())), CProgram.run(folder, source));
    assertEquals(1, Long.bitCount(Mman.pageSize()));
  }

  /** Memory that FileChannel.map returned is memory like any other. */
  @Test
  void allRangeMethodsServeTheJdksMappings() throws IOException {
    long size = 4 * Pages.SIZE;
    try (Arena arena = Arena.ofConfined();
        FileChannel channel =
            FileChannel.open(
                folder.resolve("file"),
                StandardOpenOption.READ,
                StandardOpenOption.WRITE,
                StandardOpenOption.CREATE)) {
      MemorySegment mapped = channel.map(MapMode.READ_WRITE, 0, size, arena);
      mapped.fill((byte) 1);
      Mman.mlock(mapped);
      assertEquals(size, ProcMaps.figuresOf(mapped).figure("Locked"));
      assertEquals("1111", Pages.residency(mapped));
      Mman.munlock(mapped);
      Mman.madvise(mapped, Advice.SEQUENTIAL);
      assertTrue(ProcMaps.figuresOf(mapped).vmFlags().contains("sr"));
      Mman.msync(mapped);
      assertEquals(0, ProcMaps.figuresOf(mapped).figure("Shared_Dirty"));
      Mman.mprotect(mapped, Protection.READ);
      assertEquals("r--s", ProcMaps.of(mapped).perms());
      Mman.mprotect(mapped, Protection.READ_WRITE);
    }
  }

  @Test
  void rangesOfMoreThanFourGibibytesAreServed() {
    long size = (5L << 30) + Pages.SIZE;
    try (Pages pages = Pages.anonymous(size / Pages.SIZE, MapFlag.NORESERVE)) {
      MemorySegment tail = pages.segment().asSlice(5L << 30);
      tail.fill((byte) 1);
      Mman.madvise(pages.segment(), Advice.DONTNEED);
      assertEquals(0, tail.get(JAVA_BYTE, 0));

      Mman.mprotect(pages.segment(), Protection.NONE);
      assertEquals("---p", ProcMaps.of(tail).perms());
      Mman.mprotect(pages.segment(), Protection.READ_WRITE);
      assertEquals("rw-p", ProcMaps.of(tail).perms());

      Mman.mlock(pages.segment(), LockFlag.ONFAULT);
      tail.fill((byte) 1);
      assertEquals(Pages.SIZE, ProcMaps.figuresOf(tail).figure("Locked"));
      Mman.munlock(pages.segment());
      assertEquals("1", Pages.residency(tail));
    }
  }

  /** Does the things that the javadoc of each method warns about. */
  static class Crash {
    public static void main(String... arguments) {
      Set<MapFlag> flags = Set.of(MapFlag.PRIVATE, MapFlag.ANONYMOUS);
      MemorySegment memory =
          Mman.mmap(MemorySegment.NULL, 4096, Protection.READ_WRITE, flags, -1, 0);
      memory.fill((byte) 1);
      switch (arguments[0]) {
        case "munmap" -> Mman.munmap(memory);
        case "mprotect" -> Mman.mprotect(memory, Protection.READ);
        default -> Mman.madvise(memory, Advice.GUARD_INSTALL);
      }
      System.out.println("alive");
      memory.set(JAVA_BYTE, 0, (byte) 2);
      System.out.println("survived");
    }
  }

  /** As in C: the facade's javadoc says so, and the safe layer is there to prevent it. */
  @ParameterizedTest
  @ValueSource(strings = {"munmap", "mprotect", "madvise"})
  void touchingAMissingPageKillsTheJvm(String call) {
    Command.Outcome outcome = ChildJvm.of(Crash.class).run(call);

    assertTrue(outcome.exitCode() != 0, outcome::toString);
    assertTrue(outcome.out().startsWith("alive\n"), outcome::toString);
    assertTrue(outcome.out().contains("SIGSEGV"), outcome::toString);
    assertTrue(!outcome.out().contains("survived"), outcome::toString);
  }
}
