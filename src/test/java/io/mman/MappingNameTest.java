package io.mman;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.testing.ChildJvm;
import io.mman.testing.ProcMaps;
import io.mman.testing.Requirements;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Names of anonymous memory, which not every kernel supports. */
class MappingNameTest {
  private static final long PAGE = Mman.pageSize();

  @TempDir Path folder;

  /** Maps memory with a name and with guards, a file, and nothing. */
  static class Child {
    public static void main(String... arguments) {
      try (NativeFile file = NativeFile.memory("file", PAGE);
          MappedRegion named = Mapping.anonymous(3 * PAGE).name("a (1)").mapConfined();
          MappedRegion guarded = Mapping.anonymous(1).guardPages().name("b").mapConfined();
          MappedRegion mapped = Mapping.file(file).name("c").mapConfined();
          MappedRegion empty = Mapping.anonymous(0).name("d").mapConfined()) {
        System.out.println(ProcMaps.of(named.segment()).path());
        System.out.println(line(named, 3 * PAGE, "a (1)"));
        System.out.println(line(guarded, PAGE, "b"));
        System.out.println(mapped.size() + empty.size());
      }
    }

    private static String line(MappedRegion region, long bytes, String name) {
      String address = "0x" + Long.toHexString(region.segment().address());
      return "PR_SET_VMA_ANON_NAME, " + address + ", " + bytes + ", \"" + name + "\")";
    }
  }

  @Test
  void onlyAnonymousMemoryIsNamedInTheKernel() throws IOException {
    Requirements.requireTracing();
    Path log = folder.resolve("log");
    List<String> lines =
        ChildJvm.of(Child.class)
            .under("strace", "-f", "-o", log.toString(), "-e", "trace=prctl")
            .run()
            .lines();

    List<String> calls =
        Files.readAllLines(log).stream().filter(call -> call.contains("PR_SET_VMA_A")).toList();
    assertEquals(2, calls.size(), calls::toString);
    assertTrue(calls.get(0).contains(lines.get(1)), calls::toString);
    assertTrue(calls.get(1).contains(lines.get(2)), calls::toString);
    boolean isKnown = calls.get(0).endsWith("= 0");
    assertEquals(isKnown ? "[anon:a (1)]" : "", lines.get(0));
  }

  /** The kernel takes printable ASCII without these five characters, and at most 79 of them. */
  @Test
  void exactlyTheNamesThatTheKernelRefusesAreRefused() {
    for (char c = 0; c < 0x200; c++) {
      boolean valid = c >= ' ' && c <= '~' && "\\`$[]".indexOf(c) < 0;
      assertEquals(valid, isAccepted("a" + c + "b"), "a character of number " + (int) c);
    }
    assertTrue(isAccepted("x".repeat(79)));
    assertFalse(isAccepted("x".repeat(80)));
  }

  private static boolean isAccepted(String name) {
    try {
      Mapping mapping = Mapping.anonymous(1).name(name);
      assertTrue(mapping.toString().contains('"' + name + '"'), mapping::toString);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
