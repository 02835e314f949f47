package io.mman.stress;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.mman.Errno;
import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.Mman;
import io.mman.MmanException;
import io.mman.testing.ChildJvm;
import io.mman.testing.Elsewhere;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A request that fails takes nothing away from others who create or map the same file. */
class CreationRaceTest {
  private static final int FILES = 300;
  private static final long PAGE = Mman.pageSize();

  /** More than any address space, so that mmap fails after the file has been extended. */
  private static final long IMPOSSIBLE = 1L << 47;

  @TempDir Path folder;

  /**
   * Creates each of the files at the same time as another process: one succeeds, and its bytes are
   * written to the medium; the other fails.
   */
  static class Creator {
    private static final VarHandle INT = ValueLayout.JAVA_INT.varHandle();

    public static void main(String... arguments) {
      Path folder = Path.of(arguments[0]);
      int me = Integer.parseInt(arguments[1]);
      try (MappedRegion meeting =
          Mapping.file(folder.resolve("meeting")).create(PAGE).mapConfined()) {
        for (int i = 1; i <= FILES; i++) {
          meet(meeting.segment(), me, i);
          Path path = folder.resolve("file" + i);
          if (me == 0) {
            write(path, i);
          } else {
            fail(path);
          }
        }
      }
      System.out.println("done");
    }

    /** Waits until both processes are about to create the same file. */
    private static void meet(MemorySegment meeting, int me, int round) {
      INT.setVolatile(meeting, 8L * me, round);
      while ((int) INT.getVolatile(meeting, 8L * (1 - me)) < round) {
        Thread.onSpinWait();
      }
    }

    private static void write(Path path, int value) {
      try (MappedRegion region = Mapping.file(path).create(PAGE).mapConfined()) {
        region.segment().set(ValueLayout.JAVA_INT, 0, value);
        region.segment().set(ValueLayout.JAVA_BYTE, PAGE - 1, (byte) 1);
        region.sync();
      }
    }

    private static void fail(Path path) {
      try {
        Mapping.file(path).create(2 * PAGE).reserve(IMPOSSIBLE).mapConfined().close();
      } catch (MmanException e) {
        if (e.error() == Errno.ENOMEM) {
          return;
        }
        throw e;
      }
      throw new AssertionError("reserved");
    }
  }

  @Test
  void noFileThatAnotherProcessHasWrittenIsRemovedOrTruncated() throws Exception {
    ChildJvm creator = ChildJvm.of(Creator.class);
    Process other = creator.start(folder.toString(), "1");
    try {
      assertEquals("done\n", creator.run(folder.toString(), "0").success());
      assertEquals(0, other.waitFor());
    } finally {
      other.destroyForcibly();
    }
    int lost = 0;
    for (int i = 1; i <= FILES; i++) {
      lost += isWhole(folder.resolve("file" + i), i) ? 0 : 1;
    }
    assertEquals(0, lost, "files lost or truncated");
    assertEquals(FILES + 1, folder.toFile().list().length);
  }

  private static boolean isWhole(Path path, int value) throws IOException {
    if (!Files.exists(path) || Files.size(path) < PAGE) {
      return false;
    }
    try (MappedRegion region = Mapping.file(path).mapConfined()) {
      return region.segment().get(ValueLayout.JAVA_INT, 0) == value
          && region.segment().get(ValueLayout.JAVA_BYTE, PAGE - 1) == 1;
    }
  }

  /** Maps a file that another thread fails to map, after extending it. */
  static class Toucher {
    private static final long BYTES = 1 << 20;
    private static final int TIMES = 3000;

    public static void main(String... arguments) throws Throwable {
      Path path = Path.of(arguments[0]);
      Elsewhere failing = Elsewhere.start(() -> failOften(path));
      long touched = 0;
      while (!failing.isDone()) {
        try (MappedRegion region = Mapping.file(path).range(0, BYTES).readWrite().mapConfined()) {
          region.segment().set(ValueLayout.JAVA_BYTE, BYTES - 1, (byte) 1);
          touched++;
        } catch (IllegalArgumentException e) {
          Thread.onSpinWait(); // the file has not been extended yet
        }
      }
      failing.join();
      System.out.println(touched > 0 ? "touched" : "never long enough");
    }

    private static void failOften(Path path) {
      for (int i = 0; i < TIMES; i++) {
        try {
          Mapping.file(path).create(BYTES).reserve(IMPOSSIBLE).mapShared().close();
          throw new AssertionError("reserved");
        } catch (MmanException expected) {
          // The file has been extended, and stays so.
        }
      }
    }
  }

  @Test
  void aFailureTruncatesNoFileUnderAView() throws IOException {
    Path path = Files.createFile(folder.resolve("file"));
    assertEquals("touched\n", ChildJvm.of(Toucher.class).run(path.toString()).success());
  }
}
