package io.mman.ipc;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.Errno;
import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.MmanException;
import io.mman.NativeFile;
import io.mman.ipc.SharedLock.State;
import io.mman.testing.Elsewhere;
import io.mman.testing.OpenFiles;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Which files and which memory make a lock. */
@Timeout(60)
class SharedLockFileTest {
  @TempDir Path folder;

  private final MappedRegion region = Mapping.anonymous(4096).shared().mapShared();
  private TreeMap<Integer, String> files;

  @BeforeEach
  void countFiles() {
    lockOf(1024, "before").close(); // loads what it needs
    files = OpenFiles.all();
  }

  @AfterEach
  void nothingHasLeaked() {
    assertEquals(files, OpenFiles.all());
    region.close();
  }

  private Path file(String name) {
    return folder.resolve(name);
  }

  private SharedLock lockOf(long offset, String name) {
    return SharedLock.at(region, offset, file(name));
  }

  private byte[] memory(long offset) {
    return region.segment().asSlice(offset, 16).toArray(JAVA_BYTE);
  }

  /** The memory stays as it is. */
  private <T extends Throwable> void assertRefused(Class<T> type, String name) {
    byte[] before = memory(0);
    assertThrows(type, () -> lockOf(0, name));
    assertArrayEquals(before, memory(0));
  }

  @Test
  void aNewFileHasTheUsualPermissionsAndServesManyLocks() throws IOException {
    Path plain = Files.createFile(file("plain"));
    for (int i = 0; i < 5; i++) {
      lockOf(16L * i, "lock").close();
      assertEquals(i + 1, id(i));
    }
    assertEquals(16, Files.size(file("lock")));
    assertEquals(Files.getPosixFilePermissions(plain), Files.getPosixFilePermissions(file("lock")));
  }

  private long id(int lock) {
    return region.segment().get(JAVA_LONG, 16L * lock + 8) & 0xFFFFFFFFL;
  }

  @Test
  void anotherOrARecreatedFileIsRefused() throws IOException {
    try (SharedLock lock = lockOf(0, "lock")) {
      lockOf(16, "other").close();
      assertRefused(IllegalArgumentException.class, "other");
      assertRefused(IllegalArgumentException.class, "absent");
      assertFalse(Files.exists(file("absent")));
      Files.createFile(file("empty"));
      assertRefused(IllegalArgumentException.class, "empty");
      Files.move(file("lock"), file("moved"));
      lockOf(0, "moved").close();
      assertRefused(IllegalArgumentException.class, "lock");
      lockOf(32, "lock").close();
      assertRefused(IllegalArgumentException.class, "lock");
      assertEquals(State.CLEAN, lock.lock());
      lock.unlock();
    }
    region.segment().asSlice(0, 16).fill((byte) 0);
    lockOf(0, "lock").close();
  }

  @Test
  void nothingElseIsOverwritten() throws IOException {
    List<byte[]> contents =
        List.of(
            new byte[1],
            new byte[16],
            "A text that somebody has written.".getBytes(StandardCharsets.UTF_8),
            Files.readAllBytes(Path.of("/proc/self/exe")));
    for (byte[] content : contents) {
      Files.write(file("lock"), content);
      assertRefused(IllegalArgumentException.class, "lock");
      assertArrayEquals(content, Files.readAllBytes(file("lock")));
    }
    byte[] header = Files.readAllBytes(file("before"));
    byte[] newer = header.clone();
    newer[7]++;
    byte[] withoutIdentity = header.clone();
    Arrays.fill(withoutIdentity, 8, 12, (byte) 0);
    byte[] negative = header.clone();
    Arrays.fill(negative, 12, 16, (byte) -1);
    for (byte[] damaged : List.of(newer, withoutIdentity, negative, Arrays.copyOf(header, 7))) {
      Files.write(file("lock"), damaged);
      assertRefused(IllegalArgumentException.class, "lock");
      assertArrayEquals(damaged, Files.readAllBytes(file("lock")));
    }
  }

  @Test
  void aHeaderThatLacksItsEndIsWrittenAgain() throws IOException {
    Files.write(file("lock"), Arrays.copyOf(Files.readAllBytes(file("before")), 13));
    lockOf(0, "lock").close();
    lockOf(16, "lock").close();
    assertEquals(16, Files.size(file("lock")));
  }

  @Test
  void onlyARegularFileCanBeALockFile() throws IOException {
    Path link = Files.createSymbolicLink(file("null"), Path.of("/dev/null"));
    assertRefused(IllegalArgumentException.class, link.getFileName().toString());
    Files.createDirectory(file("folder"));
    MmanException e = assertThrows(MmanException.class, () -> lockOf(0, "folder"));
    assertEquals(Errno.EISDIR, e.error());
    e = assertThrows(MmanException.class, () -> lockOf(0, "no/folder"));
    assertEquals(Errno.ENOENT, e.error());
    Files.createSymbolicLink(file("link"), file("target"));
    lockOf(0, "link").close();
    assertTrue(Files.exists(file("target")));
  }

  @Test
  void idsAndNumbersCanBeUsedUp() throws IOException {
    try (NativeFile header = NativeFile.open(file("before"), StandardOpenOption.WRITE);
        MappedRegion mapped = Mapping.file(header).readWrite().mapShared()) {
      int ids = mapped.segment().get(JAVA_INT, 12);
      mapped.segment().set(JAVA_INT, 12, Integer.MAX_VALUE);
      assertRefused(IllegalStateException.class, "before");
      mapped.segment().set(JAVA_INT, 12, Integer.MAX_VALUE - 1);
      SharedLock last = lockOf(0, "before");
      assertEquals(Integer.MAX_VALUE, id(0));
      last.close();
      mapped.segment().set(JAVA_INT, 12, ids);
      assertRefused(IllegalStateException.class, "before"); // an id that the file has not given
      mapped.segment().set(JAVA_INT, 12, Integer.MAX_VALUE);
    }
    region.segment().set(JAVA_INT, 4, Integer.MAX_VALUE - 1);
    try (SharedLock lock = lockOf(0, "before")) {
      assertEquals(State.CLEAN, lock.lock());
      assertEquals(Integer.MAX_VALUE, region.segment().get(JAVA_INT, 0));
      assertRefused(IllegalStateException.class, "before");
      lock.unlock();
    }
  }

  /** Somebody has set the counter back. */
  @Test
  void aNumberIsNotGivenToTwoThatLive() {
    try (SharedLock first = lockOf(0, "lock");
        SharedLock second = lockOf(0, "lock")) {
      first.lock();
      region.segment().set(JAVA_INT, 4, 1);
      try (SharedLock third = lockOf(0, "lock")) {
        assertEquals(3, region.segment().get(JAVA_INT, 4));
        assertTrue(third.tryLock().isEmpty());
      }
      assertTrue(second.tryLock().isEmpty());
      first.unlock();
    }
  }

  @Test
  void memoryThatIsOverwrittenIsNoLongerALock() {
    try (SharedLock lock = lockOf(0, "lock")) {
      lock.lock();
      byte[] valid = memory(0);
      region.segment().set(JAVA_INT, 0, 2);
      assertThrows(IllegalStateException.class, lock::unlock);
      assertThrows(IllegalMonitorStateException.class, lock::unlock);
      assertThrows(IllegalStateException.class, lock::lock); // an owner without a number
      region.segment().asSlice(0, 16).fill((byte) 0);
      assertThrows(IllegalStateException.class, lock::lock);
      assertThrows(IllegalStateException.class, lock::tryLock);
      assertArrayEquals(new byte[16], memory(0));
      region.segment().asSlice(0, 16).copyFrom(MemorySegment.ofArray(valid));
      region.segment().set(JAVA_INT, 0, 0);
      assertEquals(State.CLEAN, lock.lock());
      lock.unlock();
    }
  }

  /** Each of two threads would otherwise count as the holder, and neither could unlock or close. */
  @Test
  void aThreadIsNotASecondHolderWhenTheWordIsOverwritten() throws Throwable {
    try (SharedLock lock = lockOf(0, "lock")) {
      lock.lock();
      region.segment().set(JAVA_INT, 0, 0);
      Elsewhere.run(
          () -> {
            assertThrows(IllegalStateException.class, lock::lock);
            assertThrows(IllegalMonitorStateException.class, lock::unlock);
          });
      assertThrows(IllegalStateException.class, lock::close);
      lock.unlock();
      assertEquals(State.CLEAN, lock.lock());
      lock.unlock();
    }
  }
}
