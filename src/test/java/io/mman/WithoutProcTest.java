package io.mman;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.testing.ChildJvm;
import io.mman.testing.Command;
import io.mman.testing.Requirements;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A process without {@code /proc}: what cannot do without it is refused with the reason. */
class WithoutProcTest {
  private static final long PAGE = Mman.pageSize();

  @TempDir Path folder;

  private interface Call {
    Object make();
  }

  /** Prints a line for each call: its result, or its exception. */
  static class Caller {
    public static void main(String... arguments) {
      Command.run(List.of("sh", "-c", arguments[1])).success(); // a JVM does not start without it
      Path file = Path.of(arguments[0], "file");
      try (MappedRegion memory = Mapping.anonymous(4 * PAGE).mapConfined();
          MappedRegion mapped = Mapping.file(file).create(4 * PAGE).readWrite().mapConfined()) {
        for (MappedRegion own : List.of(memory, mapped)) {
          own.segment().fill((byte) 1);
          MappedRegion wrapper = MappedRegion.of(own.segment());
          print(own::stats);
          print(wrapper::stats);
          print(wrapper::residency);
          print(() -> wrapper.isResident(0, PAGE));
          print(() -> wrapper.residentPages(0, PAGE));
          print(() -> discard(wrapper, Advice.DONTNEED));
          print(() -> discard(wrapper, Advice.DONTNEED_LOCKED));
          print(() -> discard(wrapper, Advice.REMOVE));
          print(() -> own.segment().get(ValueLayout.JAVA_BYTE, 2 * PAGE));
          print(own::residency);
          print(() -> wrapper.residency(0, 0));
          print(() -> discard(own, Advice.WILLNEED));
          print(() -> discard(wrapper, Advice.WILLNEED));
        }
      }
      print(() -> Mapping.anonymous(1).flags(MapFlag.HUGETLB).mapConfined());
    }

    private static Object discard(MappedRegion region, Advice advice) {
      region.advise(advice);
      return "done";
    }

    private static void print(Call call) {
      try {
        System.out.println(call.make());
      } catch (RuntimeException e) {
        System.out.println(e.getClass().getSimpleName() + ": " + e.getMessage());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"mount -t tmpfs none /proc", "umount -l /proc"})
  void whatCannotDoWithoutItIsRefused(String command) {
    Requirements.requireSuccess("the right to mount", "unshare", "-m", "sh", "-c", command);

    List<String> lines =
        ChildJvm.of(Caller.class).under("unshare", "-m").run(folder.toString(), command).lines();
    assertEquals(27, lines.size(), lines::toString);
    for (int own = 0; own < 26; own += 13) {
      for (int i = 0; i < 8; i++) {
        String start = "UnsupportedOperationException: this needs /proc/self/" + (i < 2 ? "s" : "");
        assertTrue(lines.get(own + i).startsWith(start + "maps, which cannot be"), lines::toString);
      }
      assertEquals(
          List.of(
              "1",
              "Residency[4 of 4 pages resident]",
              "Residency[0 of 0 pages resident]",
              "done",
              "done"),
          lines.subList(own + 8, own + 13));
    }
    assertTrue(
        lines
            .getLast()
            .startsWith("UnsupportedOperationException: the default size of explicit huge pages"),
        lines::toString);
  }
}
