package io.mman.ipc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.mman.testing.ChildJvm;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Virtual threads that wait leave their carriers free, of which there is one here. */
class FutexVirtualThreadsTest {
  private static final long SECONDS = 60;

  @TempDir Path folder;

  @Test
  void manyWaitersOccupyNeitherCarriersNorThreadsForCalls() {
    List<String> lines =
        ChildJvm.of(FutexWaiters.class)
            .options(
                "-Djdk.virtualThreadScheduler.parallelism=1",
                "-Djdk.virtualThreadScheduler.maxPoolSize=1")
            .runFor(SECONDS, folder.resolve("file").toString())
            .lines();

    assertEquals(
        List.of(
            "20 waiters: synced meanwhile, all woken",
            "1100 waiters: synced meanwhile, all woken",
            "interrupted: true, status kept: false"),
        lines);
  }
}
