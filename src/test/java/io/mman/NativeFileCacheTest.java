package io.mman;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.mman.testing.BelowTarget;
import io.mman.testing.Command;
import io.mman.testing.Injection;
import io.mman.testing.Requirements;
import io.mman.testing.TracedThread;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which pages of a file are in the page cache, and the calls that load and drop them. */
class NativeFileCacheTest {
  private static final int PAGE = (int) Mman.pageSize();
  private static final int PAGES = 16;

  @TempDir(factory = BelowTarget.class)
  Path folder;

  private Path path;
  private NativeFile file;

  @BeforeEach
  void open() throws IOException {
    String type = Files.getFileStore(folder).type();
    assumeFalse(type.equals("tmpfs"), "the page cache is all that a tmpfs has");
    path = folder.resolve("file");
    file = NativeFile.open(path, WRITE, CREATE);
    assumeTrue(hasCacheStat(), "cachestat is in Linux from 6.5 on");
  }

  @AfterEach
  void close() {
    file.close();
  }

  @Test
  void syncMakesDirtyPagesClean() throws IOException {
    dirty();
    file.sync();
    assertEquals(new CacheStat(PAGES, 0, 0, 0, 0), file.cacheStat(0, 0));
  }

  @Test
  void syncDataMakesDirtyPagesClean() throws IOException {
    dirty();
    file.syncData();
    assertEquals(new CacheStat(PAGES, 0, 0, 0, 0), file.cacheStat(0, 0));
  }

  @Test
  void adviceNotNeededDropsCleanPagesOfTheRange() throws IOException {
    dirty();
    file.syncData();
    file.advise(FileAdvice.DONTNEED, 1 << 30, 0);
    assertEquals(PAGES, file.cacheStat(0, 0).cached());
    file.advise(FileAdvice.DONTNEED, 0, 1 << 30);
    assertEquals(0, file.cacheStat(0, 0).cached());
  }

  @Test
  void adviceWillNeedReadsTheRange() throws IOException {
    dirty();
    file.syncData();
    file.advise(FileAdvice.DONTNEED, 0, 0);
    file.advise(FileAdvice.WILLNEED, 0, 0);
    assertEquals(PAGES, file.cacheStat(0, 0).cached());
  }

  @Test
  void everyAdviceReachesTheKernel() throws Exception {
    Requirements.requireAttaching();
    try (TracedThread thread = new TracedThread();
        TracedThread other = new TracedThread(); // strace shows the threads if there are two
        Injection trace = Injection.counting(List.of("fadvise64"), List.of(thread, other))) {
      for (FileAdvice advice : FileAdvice.values()) {
        thread.call(
            () -> {
              file.advise(advice, 1, Long.MAX_VALUE);
              return null;
            });
      }
      assertEquals(
          Stream.of(FileAdvice.values())
              .map(advice -> "fadvise64(FD, 1, 9223372036854775807, POSIX_FADV_" + advice + ") = 0")
              .toList(),
          trace.end().get(thread.id()).stream()
              .map(call -> call.replaceFirst("\\(\\d+", "(FD").replaceAll(" += ", " = "))
              .toList());
    }
  }

  @Test
  void aRangeCountsEveryPageThatItTouches() throws IOException {
    dirty();
    assertEquals(1, file.cacheStat(0, 1).cached());
    assertEquals(2, file.cacheStat(PAGE - 1, 2).cached());
    assertEquals(PAGES - 3, file.cacheStat(3L * PAGE, 0).cached());
    assertEquals(0, file.cacheStat((long) PAGES * PAGE, 0).cached());
    assertEquals(0, file.cacheStat(1L << 60, 1).cached());
  }

  @Test
  void saysWhyThereIsNoAdviceForAPipe() throws IOException {
    Path fifo = folder.resolve("fifo");
    Command.run(List.of("mkfifo", fifo.toString())).success();
    try (NativeFile end = NativeFile.open(fifo, WRITE)) {
      MmanException e =
          assertThrows(MmanException.class, () -> end.advise(FileAdvice.WILLNEED, 1, 2));
      assertEquals("posix_fadvise", e.call());
      assertEquals(Errno.ESPIPE, e.error());
      assertEquals(
          "posix_fadvise(\"" + fifo + "\", offset=1, len=2, WILLNEED): ESPIPE (Illegal seek)",
          e.getMessage());
    }
  }

  @Test
  void hugePagesHaveNoFigures() {
    try (NativeFile huge = NativeFile.memory("huge", 0, MemfdFlag.HUGETLB)) {
      MmanException e = assertThrows(MmanException.class, () -> huge.cacheStat(0, 0));
      assertEquals(Errno.EOPNOTSUPP, e.error());
      assertTrue(e.getMessage().endsWith("explicit huge pages"), e.getMessage());
    }
  }

  /** Writes new contents to all pages and sees them dirty, unless the kernel is just writing. */
  private void dirty() throws IOException {
    for (int attempt = 0; attempt < 20; attempt++) {
      byte[] bytes = new byte[PAGES * PAGE];
      bytes[attempt] = 1;
      Files.write(path, bytes);
      CacheStat stat = file.cacheStat(0, 0);
      assertEquals(PAGES, stat.cached());
      if (stat.dirty() + stat.writeback() == PAGES) {
        return;
      }
    }
    throw new AssertionError("written pages do not become dirty: " + file.cacheStat(0, 0));
  }

  private boolean hasCacheStat() {
    try {
      file.cacheStat(0, 0);
      return true;
    } catch (MmanException e) {
      assertEquals(Errno.ENOSYS, e.error());
      return false;
    }
  }
}
