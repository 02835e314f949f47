package io.mman.change;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.Errno;
import io.mman.Mman;
import io.mman.MmanException;
import io.mman.testing.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests locked memory, and an address space that is too small. */
class StagedRegionMemoryTest {
  private static final int PAGE = (int) Mman.pageSize();

  @TempDir Path folder;

  private Path path() {
    return folder.resolve("file");
  }

  private StagedRegion open() {
    return StagedRegion.open(path(), 4L * PAGE, folder.resolve("journal"));
  }

  /** To lock a private mapping, the kernel copies all its pages; it then refuses DONTNEED. */
  @Test
  void pagesThatAreLockedInMemoryAreCommittedAndRolledBack() throws IOException {
    try (StagedRegion db = open()) {
      Mman.mlock(db.segment());
      db.segment().set(JAVA_BYTE, 0, (byte) 1);
      assertTrue(db.commit().pages() >= 1);
      assertEquals(1, Files.readAllBytes(path())[0]);
      assertTrue(db.changes().isEmpty());

      db.segment().set(JAVA_BYTE, 0, (byte) 2);
      db.rollback();
      assertEquals(1, db.segment().get(JAVA_BYTE, 0));

      Mman.munlock(db.segment());
      db.segment().set(JAVA_BYTE, 0, (byte) 3);
      assertEquals(1, db.commit().pages());
    }
  }

  /** Requests a terabyte in each possible way, in a process that is limited to 16 GiB. */
  static final class TooLarge {
    private static final long TERABYTE = 1L << 40;

    public static void main(String... arguments) throws IOException {
      Path folder = Path.of(arguments[0]);
      Path path = folder.resolve("file");
      Path journal = folder.resolve("journal");
      refuse(() -> StagedRegion.open(path, TERABYTE, journal));
      System.out.println(Files.exists(path));
      try (StagedRegion db = StagedRegion.open(path, PAGE, journal)) {
        db.segment().set(JAVA_BYTE, 0, (byte) 1);
        db.extend(TERABYTE);
        refuse(db::commit);
        System.out.println(Files.size(path) / PAGE + " page");
        db.extend(2L * PAGE);
        db.commit();
      }
      refuse(() -> StagedRegion.open(path, TERABYTE, journal));
      System.out.println(Files.size(path) / PAGE + " pages");
    }

    private static void refuse(Runnable call) {
      try {
        call.run();
        System.out.println("done");
      } catch (MmanException e) {
        System.out.println(e.call() + (e.error() == Errno.ENOMEM ? " ENOMEM" : e.getMessage()));
      }
    }
  }

  @Test
  void aFileGetsNoSizeThatCannotBeMapped() {
    List<String> lines =
        ChildJvm.of(TooLarge.class)
            .options("-Xmx64m", "-XX:+UseSerialGC")
            .under("prlimit", "--as=" + (16L << 30))
            .run(folder.toString())
            .lines();
    assertEquals(
        List.of("mmap ENOMEM", "false", "mmap ENOMEM", "1 page", "mmap ENOMEM", "2 pages"), lines);
  }
}
