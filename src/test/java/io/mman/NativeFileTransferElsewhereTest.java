package io.mman;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.testing.ChildJvm;
import io.mman.testing.Requirements;
import io.mman.testing.Samples;
import java.io.FileInputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Reads and writes where the system or its C library lacks something, or a limit is reached. */
class NativeFileTransferElsewhereTest {
  @TempDir Path folder;

  /** Standard input is {@code /dev/null}, which can be read and, after all, also adopted. */
  static class User {
    public static void main(String... arguments) {
      MemorySegment memory = MemorySegment.ofArray(new byte[8]);
      NativeFile file =
          arguments.length == 0 ? NativeFile.adopt(0) : NativeFile.open(Path.of(arguments[0]));
      System.out.println(file.read(0, memory));
      for (ReadFlag flag : ReadFlag.values()) {
        attempt(flag, flag.isSupported(), () -> file.read(0, memory, flag));
      }
      for (WriteFlag flag : WriteFlag.values()) {
        attempt(flag, flag.isSupported(), () -> file.write(0, memory.asSlice(0, 0), flag));
      }
      attempt("limits", true, file::directLimits);
    }

    private static void attempt(Object what, boolean supported, Runnable action) {
      try {
        action.run();
        System.out.println(what + " " + supported);
      } catch (UnsupportedOperationException e) {
        System.out.println(what + " " + supported + ": " + e.getMessage());
      }
    }
  }

  private static String lines(String reading, String writing, String limits) {
    return List.of(
            "NOWAIT false: " + reading.formatted("NOWAIT"),
            "HIPRI false: " + reading.formatted("HIPRI"),
            "DONTCACHE false: " + reading.formatted("DONTCACHE"),
            "DSYNC false: " + writing.formatted("DSYNC"),
            "SYNC false: " + writing.formatted("SYNC"),
            "APPEND false: " + writing.formatted("APPEND"),
            "NOWAIT false: " + writing.formatted("NOWAIT"),
            "DONTCACHE false: " + writing.formatted("DONTCACHE"),
            "ATOMIC false: " + writing.formatted("ATOMIC"),
            "limits true" + limits)
        .toString();
  }

  @ParameterizedTest
  @ValueSource(strings = {"FreeBSD", "Mac OS X"})
  void otherSystemsHaveNoFlags(String name) {
    List<String> lines =
        ChildJvm.of(User.class).options("-Dos.name=" + name, "-Dos.arch=amd64").run().lines();
    assertEquals("0", lines.getFirst());
    String lacks = " does not exist on " + name.replace("Mac OS X", "macOS") + " (amd64)";
    String flag = "RWF_%s" + lacks;
    assertEquals(
        lines(flag, flag, ": statx(2)" + lacks), lines.subList(1, lines.size()).toString());
  }

  /** As with musl before 1.2.5. */
  @Test
  void withoutTheFunctionsOnlyCallsWithoutFlagsAreMade() throws IOException {
    Path name = Path.of("io/mman/internal/libc/TransferCalls.class");
    Path original = Path.of(System.getProperty("mman.classes")).resolve(name);
    String code = Files.readString(original, StandardCharsets.ISO_8859_1);
    Path changed = folder.resolve(name);
    Files.createDirectories(changed.getParent());
    String without = code.replace("\7preadv2", "\7no_such").replace("\10pwritev2", "\10nor_this");
    assertTrue(!without.equals(code));
    Files.writeString(changed, without, StandardCharsets.ISO_8859_1);

    List<String> lines =
        ChildJvm.of(User.class)
            .withClassesBefore(folder)
            .run(Samples.file(folder, 100).toString())
            .lines();

    String lacks = " does not exist on Linux (" + System.getProperty("os.arch") + ")";
    assertEquals("8", lines.getFirst());
    assertEquals(
        lines("preadv2" + lacks, "pwritev2" + lacks, ""),
        lines.subList(1, lines.size()).toString());
  }

  /** Asks twice for the limits. */
  static class Limits {
    public static void main(String... arguments) {
      try (NativeFile file = NativeFile.open(Path.of(arguments[0]))) {
        for (int i = 0; i < 2; i++) {
          try {
            System.out.println(file.directLimits());
          } catch (MmanException e) {
            System.out.println(e.getMessage());
          }
        }
      }
    }
  }

  /** A kernel that does not know statx reports nothing; any other error is one. */
  @Test
  void failuresOfStatxAreReported() {
    Requirements.requireTracing();
    String path = Samples.file(folder, 1).toString();
    String none = "DirectLimits[memoryAlignment=0, offsetAlignment=0, atomicMin=0, atomicMax=0]";
    assertEquals(List.of(none, none), limits(path, "ENOSYS:when=1..2"));
    List<String> lines = limits(path, "EACCES:when=1");
    assertEquals("statx(\"" + path + "\"): EACCES (Permission denied)", lines.getFirst());
    assertTrue(lines.get(1).startsWith("DirectLimits"), lines.get(1));
  }

  private static List<String> limits(String path, String error) {
    return ChildJvm.of(Limits.class)
        .under("strace", "-f", "-qq", "-o", "/dev/null", "-P", path)
        .under("-e", "trace=statx", "-e", "inject=statx:error=" + error)
        .run(path)
        .lines();
  }

  /** Reads and writes for the first time when no descriptor is free. */
  static class First {
    public static void main(String... arguments) throws Exception {
      Deque<AutoCloseable> taken = new ArrayDeque<>();
      for (int i = 0; i < 20; i++) {
        taken.add(NativeFile.open(Path.of("/dev/zero")));
      }
      NativeFile file = NativeFile.open(Path.of("/dev/zero"));
      MemorySegment memory = MemorySegment.ofArray(new byte[5]);
      try {
        while (true) {
          taken.add(new FileInputStream("/dev/null"));
        }
      } catch (IOException e) {
        System.out.println(file.read(0, memory, ReadFlag.HIPRI));
        try {
          file.write(0, memory);
        } catch (MmanException refused) {
          System.out.println(refused.error());
        }
        System.out.println(file.directLimits().atomicMin());
      }
    }
  }

  /** The classes are in folders, where loading each of them takes a descriptor. */
  @Test
  void noDescriptorIsLeftForTheFirstTransfer() {
    assertEquals(
        List.of("5", "EBADF", "0"),
        ChildJvm.of(First.class).under("prlimit", "--nofile=64:64").run().lines());
  }
}
