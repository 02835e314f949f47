package io.mman.change;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.mman.Errno;
import io.mman.Mman;
import io.mman.MmanException;
import io.mman.testing.InMemory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests what happens to a journal that is found when a file is opened. */
class StagedRegionRecoveryTest {
  private static final int PAGE = (int) Mman.pageSize();

  @TempDir Path folder;

  private Path path;
  private Path journal;
  private byte[] old;
  private byte[] page;

  @BeforeEach
  void createFile() throws IOException {
    createFile(folder);
  }

  private void createFile(Path parent) throws IOException {
    path = parent.resolve("file");
    journal = parent.resolve("journal");
    StagedRegion.open(path, 3L * PAGE, journal).close();
    old = new byte[3 * PAGE];
    Arrays.fill(old, (byte) 1);
    restore();
    page = new byte[PAGE];
    Arrays.fill(page, (byte) 2);
  }

  /** Restores the old contents of the file, which keeps its inode. */
  private void restore() throws IOException {
    Files.write(path, old, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING);
  }

  private byte[] complete() throws IOException {
    return JournalBytes.of(path, 3L * PAGE, 3L * PAGE, PAGE, page);
  }

  private byte[] changed() {
    byte[] bytes = old.clone();
    System.arraycopy(page, 0, bytes, PAGE, PAGE);
    return bytes;
  }

  private void open() {
    StagedRegion.open(path, journal).close();
  }

  /** Checks that a journal is dropped, and that the next commit can use its file. */
  private void requireDropped(byte[] bytes) throws IOException {
    Files.write(journal, bytes);
    try (StagedRegion db = StagedRegion.open(path, journal)) {
      assertArrayEquals(old, Files.readAllBytes(path));
      db.segment().set(JAVA_BYTE, 0, (byte) 3);
      db.commit();
    }
    assertEquals(3, Files.readAllBytes(path)[0]);
    restore();
  }

  private MmanException requireRefused(byte[] bytes, Errno error) throws IOException {
    byte[] before = Files.readAllBytes(path);
    Files.write(journal, bytes);
    MmanException e = assertThrows(MmanException.class, this::open);
    assertEquals(error, e.error(), e.getMessage());
    assertArrayEquals(bytes, Files.readAllBytes(journal));
    assertArrayEquals(before, Files.readAllBytes(path));
    return e;
  }

  @Test
  void aCompleteJournalIsAppliedOnce() throws IOException {
    Files.write(journal, complete());
    open();
    assertArrayEquals(changed(), Files.readAllBytes(path));
    restore();
    open();
    assertArrayEquals(old, Files.readAllBytes(path));
  }

  @Test
  void aCompleteJournalExtendsTheFile() throws IOException {
    Files.write(journal, JournalBytes.of(path, 3L * PAGE, 7L * PAGE + 1, 6L * PAGE, page));
    try (StagedRegion db = StagedRegion.open(path, journal)) {
      assertEquals(7L * PAGE + 1, db.size());
      assertEquals(2, db.segment().get(JAVA_BYTE, 7 * PAGE - 1));
    }
    // A journal that is applied twice changes nothing.
    byte[] after = Files.readAllBytes(path);
    Files.write(journal, JournalBytes.of(path, 3L * PAGE, 7L * PAGE + 1, 6L * PAGE, page));
    open();
    assertArrayEquals(after, Files.readAllBytes(path));
  }

  @Test
  void aCompleteJournalIsNotAppliedToATruncatedFile() throws IOException {
    byte[] bytes = complete();
    Files.write(path, new byte[PAGE], StandardOpenOption.TRUNCATE_EXISTING);
    requireRefused(bytes, Errno.EIO);
  }

  /** Flips every bit of the header and the range, and some bits of the padding and the page. */
  @Test
  void aJournalWithAFlippedBitIsDropped(
      @TempDir(factory = InMemory.WithAttributes.class) Path memory) throws IOException {
    createFile(memory);
    byte[] bytes = complete();
    int dense = (JournalBytes.HEADER + 16) * 8;
    for (int bit = 0; bit < bytes.length * 8; bit += bit < dense ? 1 : 4001) {
      byte[] flipped = bytes.clone();
      flipped[bit / 8] ^= (byte) (1 << bit % 8);
      Files.write(journal, flipped);
      open();
      assertArrayEquals(old, Files.readAllBytes(path), "bit " + bit);
    }
    bytes[3] ^= 1;
    requireDropped(bytes);
  }

  @Test
  void aJournalWhoseHeaderIsLostIsDropped() throws IOException {
    byte[] bytes = complete();
    Arrays.fill(bytes, 0, JournalBytes.HEADER, (byte) 0);
    requireDropped(bytes);
    requireDropped(new byte[100]);
  }

  @Test
  void theFileInPlaceOfTheJournalStaysAsItIs() throws IOException {
    for (byte[] bytes : new byte[][] {old, new byte[3 * PAGE]}) {
      Files.write(path, bytes);
      assertThrows(IllegalArgumentException.class, () -> StagedRegion.open(journal, path));
      assertArrayEquals(bytes, Files.readAllBytes(path));
    }
  }

  @Test
  void aJournalThatIsCutShortIsDropped() throws IOException {
    byte[] bytes = complete();
    for (int length : new int[] {0, 1, 7, 8, 11, 15, 71, 72, 87, 4095, 4096, bytes.length - 1}) {
      requireDropped(Arrays.copyOf(bytes, length));
    }
    for (int length : new int[] {8, 11, 15, 71, 72, 87, 4095, 4096, bytes.length - 1}) {
      requireDropped(Arrays.copyOf(Arrays.copyOf(bytes, length), bytes.length)); // not written yet
    }
    requireDropped(new byte[JournalBytes.HEADER]);
  }

  @Test
  void whatFollowsAJournalDoesNotMatter() throws IOException {
    Files.write(journal, Arrays.copyOf(complete(), 20_000));
    open();
    assertArrayEquals(changed(), Files.readAllBytes(path));
  }

  @Test
  void aCompleteJournalOfANewerVersionStays() throws IOException {
    byte[] newer =
        JournalBytes.of(
            2, JournalBytes.inode(path), JournalBytes.id(path), -1, -1, -1, new byte[100]);
    MmanException e = requireRefused(newer, Errno.EPROTONOSUPPORT);
    assertEquals(true, e.getMessage().contains("format 2"), e.getMessage());
    newer[4200 - 8] ^= 1;
    requireDropped(newer);
  }

  @Test
  void aCompleteJournalOfAnotherFileStays() throws IOException {
    byte[] id = JournalBytes.id(path);
    long inode = JournalBytes.inode(path);
    requireRefused(
        JournalBytes.of(1, inode + 1, id, 3L * PAGE, 3L * PAGE, PAGE, page), Errno.ESTALE);
    id[15] ^= 1;
    requireRefused(JournalBytes.of(1, inode, id, 3L * PAGE, 3L * PAGE, PAGE, page), Errno.ESTALE);
  }

  @Test
  void aFileThatIsCreatedAnewWithTheSameInodeIsAnotherFile() throws IOException {
    long inode = JournalBytes.inode(path);
    byte[] bytes = complete();
    do {
      Files.delete(path);
      Files.write(path, old);
    } while (JournalBytes.inode(path) != inode); // which the next file usually gets
    requireRefused(bytes, Errno.ESTALE);
  }

  @Test
  void aCopyThatReplacesTheFileIsAnotherFile() throws IOException {
    byte[] bytes = complete();
    Path copy = folder.resolve("copy");
    Files.copy(path, copy, StandardCopyOption.COPY_ATTRIBUTES);
    Files.move(copy, path, StandardCopyOption.REPLACE_EXISTING);
    requireRefused(bytes, Errno.ESTALE);
  }

  @Test
  void aFileIsKnownByAnotherName() throws IOException {
    Files.write(journal, complete());
    Path other = Files.move(path, folder.resolve("other"));
    StagedRegion.open(other, journal).close();
    assertArrayEquals(changed(), Files.readAllBytes(other));
  }

  @Test
  void noFileIsCreatedForTheJournalOfAnother() throws IOException {
    byte[] bytes = complete();
    Files.write(journal, bytes);
    Path absent = folder.resolve("absent");
    MmanException e =
        assertThrows(MmanException.class, () -> StagedRegion.open(absent, PAGE, journal));
    assertEquals(Errno.ESTALE, e.error());
    assertFalse(Files.exists(absent));
    assertArrayEquals(bytes, Files.readAllBytes(journal));
  }

  @Test
  void anEmptyJournalServesAnyFile() throws IOException {
    Path other = folder.resolve("other");
    StagedRegion.open(other, PAGE, journal).close();
    assertNotEquals(JournalBytes.inode(path), JournalBytes.inode(other));
    open();
  }

  @Test
  void somethingElseThanAJournalStaysAsItIs() throws IOException {
    for (byte[] bytes : new byte[][] {{1}, "important".getBytes(), new byte[] {0, 0, 1}, page}) {
      Files.write(journal, bytes);
      assertThrows(IllegalArgumentException.class, this::open);
      assertArrayEquals(bytes, Files.readAllBytes(journal));
    }
    Files.delete(journal);
    Files.createDirectory(journal);
    assertThrows(MmanException.class, this::open);
  }

  @Test
  void aLargeJournalGivesItsSpaceBack() throws IOException {
    try (StagedRegion db = StagedRegion.open(path, 64L << 20, journal)) {
      db.segment().fill((byte) 4);
      assertEquals(64L << 20, db.commit().bytes());
      assertEquals(JournalBytes.HEADER, Files.size(journal));
      db.segment().asSlice(0, 8L << 20).fill((byte) 5);
      db.commit();
      assertEquals(JournalBytes.DATA + (8L << 20), Files.size(journal));
    }
  }
}
