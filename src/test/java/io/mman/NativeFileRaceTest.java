package io.mman;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.testing.Elsewhere;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.channels.Channel;
import java.nio.channels.FileChannel;
import java.nio.channels.Pipe;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The number of a descriptor is never used after it is closed: while files close on one thread and
 * are used on others, other files ("canaries") are opened that get the freed numbers, and none of
 * them is ever touched.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class NativeFileRaceTest {
  private static final int ROUNDS = 100;
  private static final int CANARIES = 8;
  private static final int MOST_OPEN = 6 * CANARIES;
  private static final long SIZE = 1000;
  private static final byte[] SONG = {1, 2, 3, 4, 5};

  /** The operations on the file; each would change a canary, or fail with one. */
  private static final List<Consumer<NativeFile>> USES =
      List.of(
          file -> file.resize(SIZE),
          file -> file.allocate(0, SIZE),
          file -> assertEquals(SIZE, file.size()),
          file -> file.advise(FileAdvice.DONTNEED, 0, 0),
          file -> assertTrue(file.tryLock(false)),
          NativeFile::sync,
          NativeFile::syncData,
          NativeFileRaceTest::storeThroughAMapping,
          NativeFileRaceTest::growAMapping,
          NativeFileRaceTest::makeRoom);

  @TempDir Path folder;
  private final ExecutorService pool = Executors.newFixedThreadPool(USES.size() + 1);

  @AfterEach
  void stop() throws InterruptedException {
    pool.shutdownNow();
    assertTrue(pool.awaitTermination(60, TimeUnit.SECONDS));
  }

  @Test
  void noCallReachesAFileThatReusesTheNumberOfAClosedOne() throws Exception {
    List<Path> canaries = new ArrayList<>();
    for (int i = 0; i < CANARIES; i++) {
      canaries.add(Files.write(folder.resolve("canary" + i), SONG));
    }
    for (int round = 0; round < ROUNDS; round++) {
      NativeFile file = NativeFile.open(folder.resolve("file"), WRITE, CREATE);
      file.resize(SIZE);
      CyclicBarrier start = new CyclicBarrier(USES.size() + 1);
      List<Future<Integer>> users = new ArrayList<>();
      for (Consumer<NativeFile> use : USES) {
        users.add(pool.submit(useUntilClosed(file, use, start)));
      }
      start.await();
      AtomicBoolean closed = new AtomicBoolean();
      Future<Collection<Channel>> opener = pool.submit(() -> openAround(closed, canaries));
      file.close();
      closed.set(true);
      Collection<Channel> open = opener.get();
      for (Future<Integer> user : users) {
        user.get();
      }
      for (Channel canary : open) {
        canary.close();
      }
      for (Path canary : canaries) {
        assertArrayEquals(SONG, Files.readAllBytes(canary), "in round " + round);
      }
    }
  }

  private static void storeThroughAMapping(NativeFile file) {
    try (MappedRegion region = Mapping.file(file).protection(Protection.READ_WRITE).mapConfined()) {
      assertEquals(SIZE, region.size());
      region.segment().set(ValueLayout.JAVA_BYTE, 0, (byte) 9);
    }
  }

  /** Never finds a larger length than that of its own file. */
  private static void growAMapping(NativeFile file) {
    Mapping beginning = Mapping.file(file).protection(Protection.READ_WRITE).range(0, 1);
    try (MappedRegion region = beginning.mapConfined()) {
      region.resize(SIZE).set(ValueLayout.JAVA_BYTE, SIZE - 1, (byte) 9);
    }
  }

  /** Would extend a canary and allocate blocks. */
  private static void makeRoom(NativeFile file) {
    Mapping.file(file).create(SIZE).preallocate().mapConfined().close();
  }

  /**
   * Opens canaries from before the file is closed until after it: they get the lowest free numbers,
   * of which the file's is one. Two of three are ends of a pipe, on which most calls fail.
   */
  private static Collection<Channel> openAround(AtomicBoolean closed, List<Path> canaries)
      throws IOException {
    Deque<Channel> open = new ArrayDeque<>();
    int left = CANARIES;
    for (int i = 0; left > 0; i++) {
      left = closed.get() ? left - 1 : CANARIES;
      Pipe pipe = Pipe.open();
      open.add(FileChannel.open(canaries.get(i % CANARIES), READ, WRITE));
      open.add(pipe.source());
      open.add(pipe.sink());
      while (open.size() > MOST_OPEN) {
        open.remove().close();
      }
    }
    return open;
  }

  private static Callable<Integer> useUntilClosed(
      NativeFile file, Consumer<NativeFile> use, CyclicBarrier start) {
    return () -> {
      start.await();
      for (int uses = 0; ; uses++) {
        try {
          use.accept(file);
        } catch (IllegalStateException closed) {
          return uses;
        }
      }
    };
  }

  /** Asking for the number, for the length, and closing take the descriptor's two locks. */
  @Test
  void askingForTheDescriptorWhileMappingAndClosingDoesNotDeadlock() throws Throwable {
    Path path = Files.write(folder.resolve("mapped"), SONG);
    for (int round = 0; round < 5000; round++) {
      NativeFile file = NativeFile.open(path);
      Mapping mapping = Mapping.file(file);
      mapping.mapConfined().close(); // from now on the length is asked for by lseek
      Elsewhere mapper = Elsewhere.start(() -> untilClosed(() -> mapping.mapConfined().close()));
      Elsewhere asker = Elsewhere.start(() -> untilClosed(file::fd));
      file.close();
      mapper.join();
      asker.join();
    }
  }

  private static void untilClosed(Runnable call) {
    try {
      while (true) {
        call.run();
      }
    } catch (IllegalStateException closed) {
      // as it should end
    }
  }
}
