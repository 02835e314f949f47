package io.mman.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.mman.testing.ChildJvm;
import io.mman.testing.Command;
import io.mman.testing.ProcMaps;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class JitCodeTest {
  private static void needsCodeForThisProcessor() {
    assumeTrue(
        System.getProperty("os.name").equals("Linux")
            && Set.of("amd64", "aarch64").contains(System.getProperty("os.arch")),
        "there is no machine code for this processor");
  }

  @Test
  void codeAddsAsCDoes() {
    needsCodeForThisProcessor();
    try (JitCode code = JitCode.adder()) {
      assertEquals(42, code.call(40, 2));
      assertEquals(-3, code.call(-1, -2));
      assertEquals(Integer.MIN_VALUE, code.call(Integer.MAX_VALUE, 1));
    }
  }

  @Test
  void pagesAreExecutableAndNotWritable() {
    needsCodeForThisProcessor();
    Set<Long> before = executable();
    try (JitCode code = JitCode.adder()) {
      List<ProcMaps.Area> made =
          ProcMaps.all().stream()
              .filter(area -> area.perms().equals("r-xp") && area.path().isEmpty())
              .filter(area -> !before.contains(area.start()))
              .toList();
      assertEquals(1, made.size(), made::toString);
      assertEquals(3, code.call(1, 2));
    }
  }

  private static Set<Long> executable() {
    return ProcMaps.all().stream()
        .filter(area -> area.perms().contains("x"))
        .map(ProcMaps.Area::start)
        .collect(Collectors.toSet());
  }

  @Test
  void callAfterCloseIsAnException() {
    needsCodeForThisProcessor();
    JitCode code = JitCode.adder();
    code.close();

    assertThrows(IllegalStateException.class, () -> code.call(1, 2));
  }

  /** The output of {@code as} for {@code add w0, w0, w1; ret}, because few run the tests there. */
  @Test
  void codeForArmIsThatOfTheAssembler() {
    assertEquals(
        "0000010bc0035fd6", HexFormat.of().formatHex(JitCode.adderFor("Linux", "aarch64")));
  }

  @Test
  void otherProcessorsAndSystemsAreNamed() {
    for (String[] place : new String[][] {{"Linux", "riscv64"}, {"Mac OS X", "aarch64"}}) {
      String message =
          assertThrows(
                  UnsupportedOperationException.class, () -> JitCode.adderFor(place[0], place[1]))
              .getMessage();
      assertTrue(message.contains("for " + place[1] + " on " + place[0]), message);
    }
  }

  @Test
  void programPrintsTheSum() {
    needsCodeForThisProcessor();
    assertEquals(List.of("40 + 2 = 42"), ChildJvm.of(JitCode.class).run("40", "2").lines());
  }

  @Test
  void programEndsWithOneLineWhereItHasNoCode() {
    Command.Outcome outcome =
        ChildJvm.of(JitCode.class).options("-Dos.arch=riscv64").run("40", "2");

    assertEquals(1, outcome.exitCode());
    assertEquals(
        "no machine code for riscv64 on Linux: there is some for amd64 and aarch64 on Linux\n",
        outcome.err());
  }
}
