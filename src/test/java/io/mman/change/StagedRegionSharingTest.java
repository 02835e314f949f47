package io.mman.change;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.Errno;
import io.mman.Mman;
import io.mman.MmanException;
import io.mman.NativeFile;
import io.mman.testing.ChildJvm;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests other processes and threads that use the file of a staged region. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class StagedRegionSharingTest {
  private static final int PAGE = (int) Mman.pageSize();
  private static final int PAGES = 50;

  @TempDir Path folder;

  private Path path() {
    return folder.resolve("file");
  }

  private StagedRegion open() {
    return open(folder);
  }

  private static StagedRegion open(Path folder) {
    return StagedRegion.open(
        folder.resolve("file"), (long) PAGES * PAGE, folder.resolve("journal"));
  }

  /** Opens the file and prints the outcome. */
  static final class Opener {
    public static void main(String... arguments) {
      try (StagedRegion db = open(Path.of(arguments[0]))) {
        System.out.println(db.isOpen());
      } catch (MmanException e) {
        System.out.println(e.call() + " " + (e.errno() == Errno.EWOULDBLOCK.number()));
      }
    }
  }

  @Test
  void anotherProcessIsRefusedUntilTheRegionIsClosed() {
    ChildJvm opener = ChildJvm.of(Opener.class);
    try (StagedRegion db = open()) {
      assertEquals("flock true\n", opener.run(folder.toString()).success());
      assertTrue(db.isOpen());
    }
    assertEquals("true\n", opener.run(folder.toString()).success());
  }

  @Test
  void aFileThatCannotBeOpenedStaysUnlocked() throws IOException {
    open().close();
    Files.writeString(folder.resolve("other"), "something else");
    assertThrows(
        IllegalArgumentException.class, () -> StagedRegion.open(path(), folder.resolve("other")));
    open().close();
  }

  /** Commits the next number to all pages until it is killed. */
  static final class Writer {
    public static void main(String... arguments) {
      try (StagedRegion db = open(Path.of(arguments[0]))) {
        for (long number = 1; ; number++) {
          for (long page = 0; page < PAGES; page++) {
            db.segment().set(JAVA_LONG, page * PAGE, number);
          }
          db.commit();
          System.out.write(1);
          System.out.flush();
        }
      }
    }
  }

  @Test
  void aReaderWithTheSharedLockSeesWholeCommits() throws IOException {
    Process writer = ChildJvm.of(Writer.class).start(folder.toString());
    try (InputStream commits = writer.getInputStream();
        Arena arena = Arena.ofConfined()) {
      assertEquals(1, commits.read());
      MemorySegment bytes = arena.allocate((long) PAGES * PAGE, PAGE);
      long last = 0;
      try (NativeFile file = NativeFile.open(path())) {
        for (int i = 0; i < 100; i++) {
          file.lockShared();
          file.read(0, bytes);
          file.unlock();
          long number = bytes.get(JAVA_LONG, 0);
          for (long page = 0; page < PAGES; page++) {
            assertEquals(number, bytes.get(JAVA_LONG, page * PAGE));
          }
          assertTrue(number >= last);
          last = number;
          commits.skipNBytes(1); // at least one more
        }
      }
    } finally {
      writer.destroyForcibly().onExit().join();
    }
  }

  @Test
  void theLockOfTheFileIsHeldDuringTheCommitOnly() {
    try (StagedRegion db = open();
        NativeFile file = NativeFile.open(path(), StandardOpenOption.WRITE)) {
      db.segment().set(JAVA_BYTE, 0, (byte) 1);
      db.commit();
      assertTrue(file.tryLock());
    }
  }

  @Test
  void theLibraryDoesNotTruncateTheFileOfAnOpenRegion() {
    try (StagedRegion db = open();
        NativeFile file = NativeFile.open(path(), StandardOpenOption.WRITE)) {
      assertThrows(IllegalStateException.class, () -> file.resize(PAGE));
      assertEquals((long) PAGES * PAGE, db.size());
    }
  }

  /** Truncates the file in various ways, which could crash a JVM. */
  static final class Truncation {
    public static void main(String... arguments) throws IOException {
      Path folder = Path.of(arguments[0]);
      Path path = folder.resolve("file");
      byte[] old = new byte[PAGES * PAGE];
      try (StagedRegion db = open(folder)) {
        db.segment().set(JAVA_BYTE, 0, (byte) 1);
        db.commit();
        db.segment().set(JAVA_BYTE, 0, (byte) 2);
        db.segment().set(JAVA_BYTE, 40 * PAGE, (byte) 2);
        truncate(path, 30 * PAGE);
        requireEio("a file truncated meanwhile", db);
        check(Files.readAllBytes(path)[0] == 1, "nothing is committed");
        requireEio("again", db);
        try {
          db.rollback();
          throw new AssertionError("a part is not there");
        } catch (MmanException e) {
          check(e.error() == Errno.EIO, e.toString());
        }
        truncate(path, PAGES * PAGE);
        db.rollback();
        check(db.segment().get(JAVA_BYTE, 0) == 1, "the last commit");
        if (Mman.survivesBusErrors()) {
          lose(path, db);
        }
        db.segment().set(JAVA_BYTE, 41 * PAGE, (byte) 3);
        check(db.commit().pages() == 1, "usable");
        old[0] = 1;
        old[41 * PAGE] = 3;
      }
      check(Arrays.equals(old, Files.readAllBytes(path)), "one commit more");
      System.out.println("done");
    }

    /** Makes a page lost, and restores the length of the file. */
    private static void lose(Path path, StagedRegion db) throws IOException {
      truncate(path, 30 * PAGE);
      check(db.segment().get(JAVA_BYTE, 35 * PAGE) == 0, "zeros");
      db.segment().set(JAVA_BYTE, 35 * PAGE, (byte) 4);
      truncate(path, PAGES * PAGE);
      requireEio("a lost page", db);
      check(Files.readAllBytes(path)[35 * PAGE] == 0, "nothing is committed");
      db.rollback();
      check(db.segment().get(JAVA_BYTE, 35 * PAGE) == 0, "restored");
      check(db.changes().isEmpty(), "nothing is left");
    }

    private static void truncate(Path path, long size) throws IOException {
      try (var file = new RandomAccessFile(path.toFile(), "rw")) {
        file.setLength(size);
      }
    }

    private static void requireEio(String what, StagedRegion db) {
      try {
        throw new AssertionError(what + ": " + db.commit());
      } catch (MmanException e) {
        check(e.error() == Errno.EIO, what + ": " + e);
      }
    }

    private static void check(boolean kept, String promise) {
      if (!kept) {
        throw new AssertionError(promise);
      }
    }
  }

  @Test
  void aTruncatedFileIsAnErrorAndNothingIsCommitted() {
    assertEquals("done\n", ChildJvm.of(Truncation.class).run(folder.toString()).success());
  }

  @Test
  void threadsExcludeEachOther() throws Exception {
    StagedRegion db = open();
    AtomicInteger commits = new AtomicInteger();
    var threads =
        IntStream.range(0, 4)
            .mapToObj(
                number ->
                    Thread.ofPlatform()
                        .start(
                            () -> {
                              try {
                                while (true) {
                                  play(db, number);
                                  commits.incrementAndGet();
                                }
                              } catch (IllegalStateException closed) {
                                // so it ends
                              }
                            }))
            .toList();
    while (commits.get() < 40) {
      Thread.onSpinWait();
    }
    db.close();
    for (Thread thread : threads) {
      thread.join();
    }
    open().close();
  }

  private static void play(StagedRegion db, int number) {
    db.segment().set(JAVA_BYTE, (long) number * PAGE, (byte) 1);
    switch (number) {
      case 0 -> db.rollback();
      case 1 -> db.extend(db.size() + 1);
      default -> assertTrue(db.changes().bytes() <= db.size());
    }
    db.commit();
  }
}
