package io.mman;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The number of a descriptor is never used after it is given back: while files close on one thread
 * and are used on others, canaries are opened that get the freed numbers, and none is ever touched.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class NativeFileRaceTest {
  private static final int ROUNDS = 100;
  private static final int CANARIES = 8;
  private static final long SIZE = 1000;
  private static final byte[] SONG = {1, 2, 3, 4, 5};

  /** What is done to the file; each would change a canary, or show that it is one. */
  private static final List<Consumer<NativeFile>> USES =
      List.of(
          file -> file.resize(SIZE),
          file -> file.allocate(0, SIZE),
          file -> assertEquals(SIZE, file.size()),
          file -> file.advise(FileAdvice.DONTNEED, 0, 0),
          file -> assertTrue(file.tryLock(false)),
          NativeFileRaceTest::storeThroughAMapping);

  @TempDir Path folder;
  private final ExecutorService pool = Executors.newFixedThreadPool(USES.size());

  @AfterEach
  void stop() throws InterruptedException {
    pool.shutdownNow();
    assertTrue(pool.awaitTermination(60, TimeUnit.SECONDS));
  }

  @Test
  void noCallReachesAFileThatGotTheNumberOfAClosedOne() throws Exception {
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
      file.close();
      List<FileChannel> open = open(canaries);
      for (Future<Integer> user : users) {
        user.get();
      }
      for (FileChannel canary : open) {
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

  /** Opens the canaries, which get the lowest free numbers, of which the file's is one. */
  private static List<FileChannel> open(List<Path> canaries) throws IOException {
    List<FileChannel> open = new ArrayList<>();
    for (Path canary : canaries) {
      open.add(FileChannel.open(canary, READ, WRITE));
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
}
