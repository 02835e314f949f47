package io.mman.stalls;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.mman.testing.ChildJvm;
import io.mman.testing.LibraryJar;
import io.mman.testing.Requirements;
import io.mman.testing.SlowDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Calls that wait for a medium, or for a lock, leave the carriers of virtual threads free. */
class VirtualThreadsTest {
  private static final long SECONDS = 60;

  @TempDir Path folder;

  private static ChildJvm child(Class<?> main, int carriers) {
    return ChildJvm.of(main)
        .options(
            "-Djdk.virtualThreadScheduler.parallelism=" + carriers,
            "-Djdk.virtualThreadScheduler.maxPoolSize=" + carriers);
  }

  @Test
  void othersGoOnWhileAHundredOfThemWait() {
    List<String> lines =
        child(Syncs.class, 2)
            .under(SlowDisk.mountedAt(folder))
            .runFor(SECONDS, SlowDisk.path(folder))
            .lines();
    lines.stream().filter(line -> line.startsWith("longest")).forEach(System.out::println);
    assertEquals(2, Collections.frequency(lines, "the ticker went on"), lines::toString);
  }

  @Test
  void waitersForALockOccupyNeitherCarriersNorThreadsOfTheLibrary() {
    List<String> lines =
        child(LockWaiters.class, 1).runFor(SECONDS, folder.resolve("file").toString()).lines();
    assertEquals(List.of("all had the lock"), lines);
  }

  /** The limit holds for other users than root only. */
  @Test
  void withoutThreadsACallIsMadeOnTheCarrierOrFails() throws IOException {
    Requirements.requireRoot();
    Requirements.requirePrograms("prlimit", "setpriv");
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    String jar = LibraryJar.in(folder).toString(); // the user may be unable to read the project
    List<String> lines =
        child(WithoutThreads.class, 1)
            .onClassPath(jar)
            .options("-Xlog:disable", "-Xint", "-XX:+UseSerialGC") // these start no more threads
            .under("prlimit", "--nproc=100", "setpriv", "--reuid", "65533", "--clear-groups")
            .runFor(SECONDS)
            .lines();
    assertEquals(List.of("syncAsync: fails at once", "sync: true"), lines);
  }
}
