package io.mman.change;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.Errno;
import io.mman.Mman;
import io.mman.MmanException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StagedRegionTest {
  private static final long PAGE = Mman.pageSize();

  @TempDir Path folder;

  private Path path;
  private Path journal;

  @BeforeEach
  void chooseNames() {
    path = folder.resolve("file");
    journal = folder.resolve("journal");
  }

  private StagedRegion create(long size) {
    return StagedRegion.open(path, size, journal);
  }

  private byte[] file() throws IOException {
    return Files.readAllBytes(path);
  }

  private static List<Long> ranges(PageRanges pages) {
    List<Long> all = new ArrayList<>();
    pages.forEach(
        (offset, length) -> {
          all.add(offset);
          all.add(length);
        });
    return all;
  }

  @Test
  void aCommitWritesTheChangedPagesAndNothingBeforeIt() throws IOException {
    try (StagedRegion db = create(10 * PAGE)) {
      assertEquals(10 * PAGE, db.size());
      db.segment().set(JAVA_LONG, 0, 42);
      db.segment().set(JAVA_LONG, 4 * PAGE + 8, 43);
      db.segment().set(JAVA_LONG, 5 * PAGE, 44);

      assertArrayEquals(new byte[(int) (10 * PAGE)], file());
      assertEquals(List.of(0L, PAGE, 4 * PAGE, 2 * PAGE), ranges(db.changes()));

      assertEquals(new Commit(3, 3 * PAGE), db.commit());

      MemorySegment written = MemorySegment.ofArray(file());
      assertEquals(-1, written.mismatch(db.segment()));
      assertEquals(43, db.segment().get(JAVA_LONG, 4 * PAGE + 8));
      assertTrue(db.changes().isEmpty());
    }
  }

  @Test
  void rollbackShowsTheLastCommit() {
    try (StagedRegion db = create(3 * PAGE)) {
      db.segment().set(JAVA_BYTE, 1, (byte) 1);
      db.commit();
      db.segment().set(JAVA_BYTE, 1, (byte) 2);
      db.segment().set(JAVA_BYTE, PAGE, (byte) 3);

      db.rollback();

      assertEquals(1, db.segment().get(JAVA_BYTE, 1));
      assertEquals(0, db.segment().get(JAVA_BYTE, PAGE));
      assertEquals(new Commit(0, 0), db.commit());
    }
  }

  @Test
  void closeDropsWhatIsNotCommitted() throws IOException {
    StagedRegion db = create(PAGE);
    db.segment().set(JAVA_BYTE, 1, (byte) 1);
    MemorySegment view = db.segment();
    assertTrue(db.isOpen());
    db.close();
    db.close();

    assertFalse(db.isOpen());
    assertArrayEquals(new byte[(int) PAGE], file());
    assertThrows(IllegalStateException.class, () -> view.get(JAVA_BYTE, 0));
    assertThrows(IllegalStateException.class, db::segment);
    assertThrows(IllegalStateException.class, db::commit);
    assertThrows(IllegalStateException.class, db::rollback);
    assertThrows(IllegalStateException.class, db::changes);
    assertThrows(IllegalStateException.class, () -> db.extend(2 * PAGE));
  }

  @Test
  void ofALastPageInWhichTheFileEndsOnlyItsBytesAreWritten() throws IOException {
    try (StagedRegion db = create(2 * PAGE + 5)) {
      db.segment().set(JAVA_BYTE, 2 * PAGE + 4, (byte) 9);

      assertEquals(List.of(2 * PAGE, 5L), ranges(db.changes()));
      assertEquals(new Commit(1, 5), db.commit());
      assertEquals(2 * PAGE + 5, Files.size(path));
      assertEquals(9, file()[(int) (2 * PAGE + 4)]);
    }
  }

  @Test
  void anExtensionTakesEffectWithTheNextCommit() throws IOException {
    try (StagedRegion db = create(PAGE + 1)) {
      db.segment().set(JAVA_BYTE, PAGE, (byte) 1);
      db.extend(5 * PAGE + 7);
      assertEquals(PAGE + 1, db.size());
      assertEquals(PAGE + 1, Files.size(path));

      assertEquals(new Commit(1, 1), db.commit());

      assertEquals(5 * PAGE + 7, db.size());
      assertEquals(5 * PAGE + 7, Files.size(path));
      assertEquals(1, db.segment().get(JAVA_BYTE, PAGE));
      db.segment().set(JAVA_BYTE, 5 * PAGE + 6, (byte) 2);
      assertEquals(new Commit(1, 7), db.commit());
      assertThrows(IllegalArgumentException.class, () -> db.extend(5 * PAGE));
    }
  }

  @Test
  void rollbackDropsAnExtension() throws IOException {
    try (StagedRegion db = create(PAGE)) {
      db.extend(3 * PAGE);
      db.rollback();
      db.segment().set(JAVA_BYTE, 0, (byte) 1);
      db.commit();
      assertEquals(PAGE, Files.size(path));
    }
  }

  @Test
  void anImpossibleExtensionCommitsNothing() throws IOException {
    try (StagedRegion db = create(PAGE)) {
      db.segment().set(JAVA_BYTE, 0, (byte) 1);
      db.extend(1L << 62);
      var e = assertThrows(MmanException.class, db::commit);
      assertEquals(Errno.EFBIG, e.error());
      assertArrayEquals(new byte[(int) PAGE], file());
      db.extend(PAGE);
      assertEquals(new Commit(1, PAGE), db.commit());
    }
  }

  @Test
  void anEmptyFileCanBeExtended() {
    try (StagedRegion db = create(0)) {
      assertEquals(new Commit(0, 0), db.commit());
      db.extend(PAGE);
      assertEquals(new Commit(0, 0), db.commit());
      db.segment().set(JAVA_BYTE, 0, (byte) 1);
      assertEquals(new Commit(1, PAGE), db.commit());
    }
  }

  @Test
  void aFileIsOpenedOnce() {
    try (StagedRegion db = create(PAGE)) {
      for (Path other : List.of(journal, folder.resolve("other"))) {
        var e = assertThrows(MmanException.class, () -> StagedRegion.open(path, other));
        assertEquals(Errno.EAGAIN, e.error());
        assertEquals("flock", e.call());
      }
      Path second = folder.resolve("second");
      var e = assertThrows(MmanException.class, () -> StagedRegion.open(second, PAGE, journal));
      assertEquals(Errno.EAGAIN, e.error());
      assertFalse(Files.exists(second));
      assertTrue(db.isOpen());
    }
    StagedRegion.open(path, journal).close();
  }

  @Test
  void theFileIsNotItsJournal() throws IOException {
    assertThrows(IllegalArgumentException.class, () -> StagedRegion.open(path, PAGE, path));
    assertFalse(Files.exists(path));
    Files.write(path, new byte[100]);
    Path symbolic = Files.createSymbolicLink(folder.resolve("symbolic"), path);
    Path hard = Files.createLink(folder.resolve("hard"), path);
    for (Path other :
        List.of(path, symbolic, hard, folder.resolve("../" + folder.getFileName() + "/file"))) {
      assertThrows(IllegalArgumentException.class, () -> StagedRegion.open(path, other));
      assertThrows(IllegalArgumentException.class, () -> StagedRegion.open(path, 200, other));
    }
    assertEquals(100, Files.size(path));
  }

  @Test
  void anExistingFileIsExtendedButNeverShortened() throws IOException {
    Files.write(path, new byte[] {1, 2, 3});
    try (StagedRegion db = create(5)) {
      assertEquals(5, db.size());
      assertArrayEquals(new byte[] {1, 2, 3, 0, 0}, file());
    }
    try (StagedRegion db = create(4)) {
      assertEquals(5, db.size());
    }
    try (StagedRegion db = StagedRegion.open(path, journal)) {
      assertEquals(5, db.size());
    }
  }

  @Test
  void aFileThatIsAbsentIsNotOpened() {
    var e = assertThrows(MmanException.class, () -> StagedRegion.open(path, journal));
    assertEquals(Errno.ENOENT, e.error());
    assertFalse(Files.exists(journal));
    assertThrows(IllegalArgumentException.class, () -> create(-1));
  }
}
