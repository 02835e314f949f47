package io.mman.internal.signal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.mman.internal.platform.Arch;
import io.mman.internal.platform.Platform;
import io.mman.testing.Command;
import io.mman.testing.Requirements;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whether the machine code is what its source says, and what a C program sees of it. */
class HandlerCodeTest {
  private static final Pattern LINE = Pattern.compile(" +\\+ \"([0-9a-f]*)\";? // (.+)");

  @TempDir Path folder;

  @Test
  void bytesForX86AreThoseOfTheSource() throws IOException {
    assertAssembled(Arch.X86_64, "X86Code", ".intel_syntax noprefix\n", "x86_64-linux-gnu-");
  }

  @Test
  void bytesForAarch64AreThoseOfTheSource() throws IOException {
    assertAssembled(Arch.AARCH64, "Aarch64Code", "", "aarch64-linux-gnu-");
  }

  private void assertAssembled(Arch arch, String name, String prologue, String crossPrefix)
      throws IOException {
    String source = prologue + sourceOf(name);
    String prefix = arch == Arch.current() ? "" : crossPrefix;
    if (prefix.isEmpty()) {
      Requirements.requirePrograms("as", "objcopy");
    } else { // not every distribution has these
      assumeTrue(Command.exists(prefix + "as") && Command.exists(prefix + "objcopy"));
    }
    Path text = Files.writeString(folder.resolve("code.s"), source);
    String object = folder.resolve("code.o").toString();
    Path binary = folder.resolve("code.bin");
    Command.run(List.of(prefix + "as", "-o", object, text.toString())).success();
    Command.run(
            List.of(prefix + "objcopy", "-O", "binary", "-j", ".text", object, binary.toString()))
        .success();

    byte[] assembled = Files.readAllBytes(binary);
    byte[] bytes = Objects.requireNonNull(HandlerCode.bytes(arch));
    assertEquals(HexFormat.of().formatHex(assembled), HexFormat.of().formatHex(bytes));
    assertTrue(bytes.length < 2048, bytes.length + " bytes");
  }

  /** Returns the source that stands in comments beside the bytes. */
  private static String sourceOf(String name) throws IOException {
    Path java = Path.of("src/main/java/io/mman/internal/signal", name + ".java");
    return Files.readAllLines(java).stream()
        .map(LINE::matcher)
        .filter(line -> line.matches())
        .map(line -> line.group(2))
        .collect(Collectors.joining("\n", "", "\n"));
  }

  @Test
  void onlyTwoProcessorsHaveCode() {
    for (Arch arch : Arch.values()) {
      boolean has = HandlerCode.bytes(arch) != null;

      assertEquals(arch == Arch.X86_64 || arch == Arch.AARCH64, has, arch.toString());
    }
  }

  @Test
  void codeWorksInACProgram() throws IOException {
    assumeTrue(HandlerCode.bytes() != null);
    Requirements.requirePrograms("gcc");
    assertSurvives(List.of("gcc"), List.of(), Arch.current());
  }

  /** An emulator, because the machine that runs the tests is an x86_64 most of the time. */
  @Test
  void codeForAarch64WorksInAnEmulator() throws IOException {
    assumeTrue(Platform.current().isLinux() && Arch.current() == Arch.X86_64);
    assumeTrue(Command.exists("aarch64-linux-gnu-gcc") && Command.exists("qemu-aarch64-static"));
    assertSurvives(
        List.of("aarch64-linux-gnu-gcc", "-static"), List.of("qemu-aarch64-static"), Arch.AARCH64);
  }

  /** A C program, and the file with the machine code that it loads. */
  private record Program(Path executable, Path code, Path data) {
    List<String> run(List<String> wrapper, String scenario) {
      List<String> words = List.of(executable + "", code + "", data + "", scenario);
      return Command.run(concat(wrapper, words)).lines();
    }
  }

  private Program compile(List<String> compiler, Arch arch) throws IOException {
    Path code = folder.resolve("handler.bin");
    Files.write(code, Objects.requireNonNull(HandlerCode.bytes(arch)));
    Path program = folder.resolve("program");
    Path source = Path.of("src/test/resources/io/mman/internal/signal/survive.c");
    List<String> options = List.of("-O1", "-Wall", "-Werror", "-pthread", "-o");
    List<String> files = List.of(program.toString(), source.toString());
    Command.run(concat(compiler, concat(options, files))).success();
    return new Program(program, code, folder.resolve("data"));
  }

  private void assertSurvives(List<String> compiler, List<String> emulator, Arch arch)
      throws IOException {
    Program program = compile(compiler, arch);
    List<String> scenarios =
        List.of(
            "suffix",
            "kept",
            "hole",
            "outside",
            "hardware",
            "dead",
            "refused",
            "leaves",
            "bitmap",
            "second",
            "restore",
            "threads",
            "default",
            "ignore",
            "sent",
            "sent-ignored");
    for (String scenario : scenarios) {
      assertEquals(List.of("ok"), program.run(emulator, scenario), scenario);
    }
  }

  /** A thread that finds zeros looks at the count next, and must not find the old one. */
  @Test
  void pagesAreCountedBeforeTheyAreZero() throws IOException {
    assumeTrue(HandlerCode.bytes() != null);
    Requirements.requireTracing();
    Requirements.requirePrograms("gcc");
    String delay = "inject=mmap:delay_exit=100000";
    List<String> tracer =
        List.of("strace", "-f", "-o", "/dev/null", "-e", "trace=mmap", "-e", delay);
    Program program = compile(List.of("gcc"), Arch.current());

    assertEquals(List.of("ok"), program.run(tracer, "order"));
  }

  private static List<String> concat(List<String> first, List<String> second) {
    return Stream.concat(first.stream(), second.stream()).toList();
  }
}
