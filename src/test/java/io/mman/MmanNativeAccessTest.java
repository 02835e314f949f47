package io.mman;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.testing.ChildJvm;
import io.mman.testing.Command;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a program sees without the flag, or on an unknown system. */
class MmanNativeAccessTest {
  private static final MemorySegment NOTHING = MemorySegment.NULL;

  private interface Call {
    void make();
  }

  /** Prints whether the library is available, then what each call throws. */
  static class EveryCall {
    private static final List<Call> CALLS =
        List.of(
            Mman::pageSize,
            () -> Mman.mmap(NOTHING, 4096, Protection.READ, Set.of(), -1, 0),
            () -> Mman.munmap(NOTHING),
            () -> Mman.mprotect(NOTHING, Protection.READ),
            () -> Mman.madvise(NOTHING, Advice.NORMAL),
            () -> Mman.msync(NOTHING),
            () -> Mman.mremap(NOTHING, 4096, Set.of()),
            () -> Mman.mlock(NOTHING),
            () -> Mman.mlock(NOTHING, LockFlag.ONFAULT),
            () -> Mman.munlock(NOTHING),
            Mman::mlockall,
            Mman::munlockall,
            () -> Mman.mincore(NOTHING, NOTHING),
            () -> Mman.mseal(NOTHING),
            () -> NativeFile.open(Path.of("/dev/null")),
            () -> NativeFile.memory("x", 0));

    public static void main(String... arguments) {
      System.out.println(Mman.isAvailable());
      for (Call call : CALLS) {
        try {
          call.make();
          System.out.println("no exception");
        } catch (Throwable t) {
          System.out.println(t);
        }
      }
    }
  }

  /** Prints whether the library is available, before and after a call. */
  static class AskThenCall {
    public static void main(String... arguments) {
      System.out.println(Mman.isAvailable());
      if (arguments.length > 0) {
        System.out.println(Mman.pageSize() > 0);
      }
    }
  }

  @Test
  void deniedAccessNamesTheFlagOnTheClassPath() {
    List<String> lines =
        ChildJvm.of(EveryCall.class)
            .withoutNativeAccess()
            .options("--illegal-native-access=deny")
            .run()
            .lines();

    String manifest = "Enable-Native-Access: ALL-UNNAMED to the manifest of an executable jar";
    assertDenied(
        lines, "--enable-native-access=ALL-UNNAMED to the java command line, or " + manifest);
  }

  @Test
  void deniedAccessNamesTheFlagOnTheModulePath() {
    List<String> lines =
        ChildJvm.of(EveryCall.class)
            .asModule()
            .withoutNativeAccess()
            .options("--illegal-native-access=deny")
            .run()
            .lines();

    assertDenied(lines, "--enable-native-access=io.mman to the java command line");
  }

  /**
   * Never an {@code ExceptionInInitializerError}, nor its successor {@code NoClassDefFoundError}.
   */
  private static void assertDenied(List<String> lines, String remedy) {
    assertEquals("false", lines.getFirst());
    List<String> calls = lines.subList(1, lines.size());
    assertEquals(EveryCall.CALLS.size(), calls.size());
    for (String line : calls) {
      assertTrue(line.startsWith("java.lang.IllegalCallerException: "), line);
      assertTrue(line.endsWith(": add " + remedy), line);
    }
  }

  @Test
  void askingForAvailabilityPrintsNoWarning() {
    ChildJvm granted = ChildJvm.of(AskThenCall.class);
    ChildJvm silent = granted.withoutNativeAccess();

    assertEquals(new Command.Outcome(0, "true\n", ""), granted.run());
    assertEquals(new Command.Outcome(0, "true\n", ""), granted.asModule().run());
    assertEquals(new Command.Outcome(0, "false\n", ""), silent.run());
    assertEquals(new Command.Outcome(0, "false\n", ""), silent.asModule().run());
  }

  @Test
  void withoutTheFlagTheJdkWarnsAndTheCallsWork() {
    Command.Outcome outcome = ChildJvm.of(AskThenCall.class).withoutNativeAccess().run("call");

    assertEquals(List.of("false", "true"), outcome.lines());
    assertTrue(outcome.err().contains("WARNING: A restricted method"), outcome.err());
  }

  @Test
  void withTheFlagTheCallsPrintNoWarning() {
    assertEquals(
        new Command.Outcome(0, "true\ntrue\n", ""), ChildJvm.of(AskThenCall.class).run("call"));
  }

  /** Its numbers may mean something else there, so nothing is sent to the kernel. */
  @Test
  void onAnUnknownSystemEveryCallIsUnsupported() {
    for (String system : List.of("-Dos.arch=mips64", "-Dos.name=Plan9")) {
      List<String> lines = ChildJvm.of(EveryCall.class).options(system).run().lines();

      assertEquals("false", lines.getFirst());
      for (String line : lines.subList(1, lines.size())) {
        assertTrue(line.startsWith("java.lang.UnsupportedOperationException: "), line);
        assertTrue(line.contains(" does not exist on "), line);
        assertTrue(line.contains(system.substring(system.indexOf('=') + 1)), line);
      }
    }
  }
}
