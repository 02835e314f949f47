package io.mman.internal.signal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.mman.testing.ChildJvm;
import io.mman.testing.Command;
import io.mman.testing.HugePagePool;
import io.mman.testing.Requirements;
import io.mman.testing.Samples;
import io.mman.testing.SmallDisk;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** JVMs that lose pages of a mapped file and go on. */
class SurvivalTest {
  /** With {@code -Dmman.survival=full} the storms are longer, and all modes meet all collectors. */
  private static final boolean FULL = "full".equals(System.getProperty("mman.survival"));

  private static final List<String> MODES = List.of("-Xmixed", "-Xint", "-XX:TieredStopAtLevel=1");
  private static final List<String> COLLECTORS =
      List.of(
          "-XX:+UseG1GC",
          "-XX:+UseSerialGC",
          "-XX:+UseParallelGC",
          "-XX:+UseZGC",
          "-XX:+UseShenandoahGC");

  @TempDir Path folder;

  @BeforeEach
  void requireCode() {
    assumeTrue(HandlerCode.bytes() != null);
  }

  /** All modes meet all causes, and with full survival all collectors, too. */
  static Stream<Arguments> combinations() {
    List<Arguments> combinations = new ArrayList<>();
    int number = 0;
    for (String mode : MODES) {
      for (MissingPages cause : MissingPages.values()) {
        for (String collector : COLLECTORS) {
          if (FULL || COLLECTORS.indexOf(collector) == number % COLLECTORS.size()) {
            combinations.add(Arguments.of(mode, collector, cause));
          }
        }
        number++;
      }
    }
    return combinations.stream();
  }

  @ParameterizedTest
  @MethodSource("combinations")
  void everyAccessSurvives(String mode, String collector, MissingPages cause) {
    assumeTrue(isSupported(collector), "this JDK lacks it");
    ChildJvm child = ChildJvm.of(AccessKinds.class).options(mode, collector);
    String path = folder.toString();
    if (cause.disk != null) {
      child = child.under(cause.disk.mountedAt(folder));
      path = cause.disk.path(folder);
    }
    List<String> arguments = new ArrayList<>(List.of(path, cause.name()));
    if (!mode.equals("-Xint")) {
      arguments.add("compiled");
    }

    assertEquals(List.of("survived 18"), child.run(arguments.toArray(String[]::new)).lines());
  }

  private static boolean isSupported(String option) {
    String java = System.getProperty("java.home") + "/bin/java";
    return Command.run(List.of(java, option, "-version")).exitCode() == 0;
  }

  @ParameterizedTest
  @EnumSource
  void rangesFollowTheirPages(Scenarios scenario) {
    ChildJvm child = ChildJvm.of(Scenarios.class);

    assertEquals(List.of("survived"), child.run(folder.toString(), scenario.name()).lines());
  }

  @ParameterizedTest
  @EnumSource
  void handlersRunDuringChanges(Storms storm) {
    String changes = FULL ? "20000" : "1000";
    ChildJvm child = ChildJvm.of(Storms.class);

    assertEquals(
        List.of("survived true"),
        child.runFor(FULL ? 1200 : 120, folder.toString(), storm.name(), changes).lines());
  }

  @ParameterizedTest
  @EnumSource(
      value = Installations.class,
      names = {"ALONE", "PREDECESSOR", "SUCCESSOR", "REMOVED_SUCCESSOR"})
  void otherHandlersGetTheirSignals(Installations installation) {
    ChildJvm child = ChildJvm.of(Installations.class);

    assertEquals(List.of("survived"), child.run(folder.toString(), installation.name()).lines());
  }

  @Test
  void defaultActionEndsTheProcess() {
    Command.Outcome outcome =
        ChildJvm.of(Installations.class).run(folder.toString(), Installations.DEFAULT.name());

    assertEquals("survived\n", outcome.out());
    assertEquals(128 + 7, outcome.exitCode()); // no report of HotSpot either, which aborts: SIGABRT
  }

  /** It replaces sigaction(3) by one that only installs handlers behind those of HotSpot. */
  @Test
  void libjsigDoesNotGetInTheWay() {
    Path libjsig = Path.of(System.getProperty("java.home"), "lib", "libjsig.so");
    assumeTrue(Files.exists(libjsig));
    ChildJvm child = ChildJvm.of(Installations.class).under("env", "LD_PRELOAD=" + libjsig);

    assertEquals(
        List.of("survived"), child.run(folder.toString(), Installations.SUCCESSOR.name()).lines());
    ChildJvm accesses = ChildJvm.of(AccessKinds.class).under("env", "LD_PRELOAD=" + libjsig);
    assertEquals(List.of("survived 18"), accesses.run(folder.toString(), "TRUNCATED").lines());
  }

  @Test
  void checksOfJniOnlyWarn() {
    Command.Outcome outcome =
        ChildJvm.of(AccessKinds.class).options("-Xcheck:jni").run(folder.toString(), "TRUNCATED");

    assertTrue(outcome.success().endsWith("survived 18\n"), outcome.out());
  }

  @Test
  void propertyDeniesIt() {
    ChildJvm child = ChildJvm.of(Installations.class).options("-Dio.mman.busErrors=deny");

    assertEquals(
        List.of("surviving bus errors is denied by -Dio.mman.busErrors=deny", "survived"),
        child.run(folder.toString(), Installations.DENIED.name()).lines());
  }

  /** Interpreted code needs no executable memory later on. */
  @Test
  void memoryThatCannotBeExecutedIsAReason() {
    ChildJvm child = ChildJvm.of(Installations.class).options("-Xint");

    assertEquals(
        List.of(
            "surviving bus errors needs executable memory, which the system denies (mprotect: errno"
                + " 13)",
            "survived"),
        child.run(folder.toString(), Installations.NOT_EXECUTABLE.name()).lines());
  }

  @Test
  void holesOnAFullDiskAreLostOneByOne() {
    assertDisk(SmallDisk.TMPFS, Disks.FULL);
  }

  @Test
  void blocksThatCannotBeReadAreLostOneByOne() {
    Requirements.requireRoot();
    assertDisk(SmallDisk.EXT4, Disks.UNREADABLE);
  }

  private void assertDisk(SmallDisk disk, Disks test) {
    ChildJvm child = ChildJvm.of(Disks.class).under(disk.mountedAt(folder));

    assertEquals(List.of("survived"), child.run(disk.path(folder), test.name()).lines());
  }

  @Test
  void hugePagesAreLostAsAWhole() {
    try (HugePagePool pool = HugePagePool.open()) {
      pool.fill(4);
      String mount = "mkdir -p \"$0\" && mount -t hugetlbfs none \"$0\" && exec \"$@\"";
      String disk = folder.resolve("huge").toString();
      ChildJvm child =
          ChildJvm.of(Disks.class)
              .options("-Dpage=" + pool.page)
              .under("unshare", "-m", "sh", "-c", mount, disk);

      assertEquals(List.of("survived"), child.run(disk, Disks.HUGE.name()).lines());
    }
  }

  @Test
  void withoutTheHandlerTheAccessIsAnError() {
    Command.Outcome outcome = ChildJvm.of(Unprotected.class).run(folder.toString());

    assertFalse(outcome.out().contains("read"), outcome.out());
    assertTrue(outcome.out().startsWith("java.lang.InternalError"), outcome.out());
  }

  /** The same access without a registered range. */
  static class Unprotected {
    public static void main(String... arguments) {
      Path path = Samples.file(Path.of(arguments[0]), Victim.PAGE);
      Victim victim = Victim.unregistered(path, Victim.PAGE);
      victim.truncate(0);
      try {
        System.out.println("read " + victim.get(0));
      } catch (InternalError e) {
        System.out.println(e);
      }
    }
  }
}
