package io.mman.change;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.mman.Errno;
import io.mman.Mman;
import io.mman.MmanException;
import io.mman.testing.ChildJvm;
import io.mman.testing.SmallDisk;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tests a disk that becomes full while the journal or the file is written. */
class StagedRegionFullDiskTest {
  private static final long MIB = 1 << 20;
  private static final long SIZE = 64 * MIB;

  @TempDir Path folder;

  static final class Filler {
    private final Path file;
    private final Path journal;
    private final Path filler;

    private Filler(Path file, Path journal, Path filler) {
      this.file = file;
      this.journal = journal;
      this.filler = filler;
    }

    /** The arguments are a small disk, a folder on a large one, and the kind of the small disk. */
    public static void main(String... arguments) throws IOException {
      Path small = Path.of(arguments[0]);
      Path large = Path.of(arguments[1]);
      Path filler = small.resolve("filler");
      new Filler(large.resolve("a"), small.resolve("journal"), filler).fillJournal();
      Files.delete(small.resolve("journal"));
      Filler file = new Filler(small.resolve("b"), large.resolve("journal"), filler);
      if (arguments[2].equals("TMPFS")) {
        file.fillMemory();
      } else {
        file.fillFile();
      }
      System.out.println("done");
    }

    private StagedRegion open() {
      return StagedRegion.open(file, SIZE, journal);
    }

    private void fillJournal() throws IOException {
      try (StagedRegion db = open()) {
        commitOnes(db);
        db.segment().fill((byte) 2); // larger than the disk
        requireFull(db::commit);
        requireFull(db::commit);
        check(byteAt(0) == 1, "old");
        db.rollback();
        check(db.segment().get(JAVA_BYTE, 0) == 1, "old");
        db.segment().set(JAVA_BYTE, 0, (byte) 3);
        db.commit();
        check(byteAt(0) == 3, "usable");
        db.segment().fill((byte) 4);
        requireFull(db::commit);
      }
      open().close();
      check(byteAt(0) == 3 && byteAt(SIZE - 1) == 0, "old");
    }

    private void fillFile() throws IOException {
      try (StagedRegion db = open()) {
        commitOnes(db);
        fill();
        db.segment().set(JAVA_BYTE, 0, (byte) 2);
        db.segment().asSlice(SIZE / 2, 2 * MIB).fill((byte) 2); // into a hole
        requireFull(db::commit);
        requireFull(db::commit);
        requireFull(db::rollback);
      }
      requireFull(this::open);
      Files.delete(filler);
      try (StagedRegion db = open()) {
        check(byteAt(0) == 2 && byteAt(SIZE / 2 + 2 * MIB - 1) == 2, "new");
        fill();
        db.segment().set(JAVA_BYTE, 0, (byte) 3);
        db.segment().asSlice(SIZE / 4, 2 * MIB).fill((byte) 3);
        db.extend(2 * SIZE);
        requireFull(db::commit);
        Files.delete(filler);
        db.commit();
        check(byteAt(0) == 3 && byteAt(SIZE / 4 + 2 * MIB - 1) == 3, "new");
        check(db.size() == 2 * SIZE, "extended");
      }
    }

    /** On tmpfs, a page needs room as soon as it is read or stored to. */
    private void fillMemory() throws IOException {
      try (StagedRegion db = open()) {
        commitOnes(db);
        db.segment().asSlice(SIZE / 2, 2 * MIB).fill((byte) 2);
        fill();
        db.commit();
        check(byteAt(SIZE / 2 + 2 * MIB - 1) == 2, "new");
        if (Mman.survivesBusErrors()) {
          db.segment().set(JAVA_BYTE, 0, (byte) 3);
          db.segment().set(JAVA_BYTE, SIZE / 4, (byte) 3); // a page that is lost
          requireError(Errno.EIO, db::commit);
          check(byteAt(0) == 1, "nothing is committed");
          Files.delete(filler);
          db.rollback();
        }
        db.segment().set(JAVA_BYTE, SIZE / 4, (byte) 3);
        db.commit();
        check(byteAt(SIZE / 4) == 3, "usable");
      }
    }

    private void commitOnes(StagedRegion db) {
      db.segment().set(JAVA_BYTE, 0, (byte) 1);
      db.commit();
    }

    /** Fills the disk except for some pages. */
    private void fill() throws IOException {
      byte[] bytes = new byte[1 << 16];
      try (var out = Files.newOutputStream(filler)) {
        while (true) {
          out.write(bytes);
        }
      } catch (IOException full) {
        new ProcessBuilder("sync", "-f", filler.toString()).start().onExit().join();
      }
    }

    private int byteAt(long offset) throws IOException {
      try (var in = new RandomAccessFile(file.toFile(), "r")) {
        in.seek(offset);
        return in.read();
      }
    }

    private static void requireFull(Runnable call) {
      requireError(Errno.ENOSPC, call);
    }

    private static void requireError(Errno error, Runnable call) {
      try {
        call.run();
      } catch (MmanException e) {
        check(e.error() == error, e.toString());
        return;
      }
      throw new AssertionError(error + " is expected");
    }

    private static void check(boolean kept, String promise) {
      if (!kept) {
        throw new AssertionError(promise);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void aCommitIsOldOrNewAndCanBeRepeated(SmallDisk disk) throws IOException {
    Path large = Files.createDirectory(folder.resolve("large"));
    assertEquals(
        "done\n",
        ChildJvm.of(Filler.class)
            .under(disk.mountedAt(folder))
            .run(disk.path(folder), large.toString(), disk.name())
            .success());
  }
}
