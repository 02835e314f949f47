package io.mman.internal.proc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.testing.ChildJvm;
import io.mman.testing.Command;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProcTest {
  /** Prints figures of this process. */
  static class Figures {
    public static void main(String... arguments) {
      System.out.println(Proc.limit("Max open files"));
      System.out.println(Proc.limit("Max locked memory"));
      System.out.println(Proc.hasCapability(14));
      System.out.println(Proc.hasCapability(0));
    }
  }

  @Test
  void limitsAndCapabilitiesAreThoseInForce() {
    ChildJvm child =
        ChildJvm.of(Figures.class).under("prlimit", "--nofile=100:200", "--memlock=8192:16384");
    if (System.getProperty("user.name").equals("root")) {
      List<String> lines =
          child.under("setpriv", "--bounding-set=-all,+chown,+net_raw").run().lines();
      assertEquals(List.of("false", "true"), lines.subList(2, 4));
    }
    // The JVM raises the soft limit of descriptors to the hard one.
    assertEquals(
        List.of("OptionalLong[200]", "OptionalLong[8192]"), child.run().lines().subList(0, 2));
  }

  @Test
  void anUnlimitedOrUnknownFigureIsEmpty() {
    assertEquals(OptionalLong.empty(), Proc.limit("Max cpu time")); // unlimited
    assertEquals(OptionalLong.empty(), Proc.limit("Max of something else"));
    assertEquals(OptionalLong.empty(), Proc.statusBytes("VmNothing"));
    assertEquals(OptionalLong.empty(), Proc.number("/proc/no/such/file"));
    assertEquals(OptionalLong.empty(), Proc.number("/proc"));
    assertEquals(OptionalLong.empty(), Proc.number("/proc/self/cmdline"));
    assertFalse(Proc.hasCapability(63));
  }

  @Test
  void numbersAreThoseInTheFiles() throws IOException {
    assertEquals(fileNumber("/proc/sys/vm/max_map_count"), Proc.maxMapCount().orElseThrow());
    assertEquals(fileNumber("/proc/sys/vm/overcommit_memory"), Proc.overcommitMode().orElseThrow());
  }

  private static long fileNumber(String file) throws IOException {
    return Long.parseLong(Files.readAllLines(Path.of(file)).getFirst());
  }

  @ParameterizedTest
  @ValueSource(strings = {"MemTotal", "SwapTotal", "Hugepagesize"})
  void memoryFiguresAreInBytes(String name) {
    List<String> words =
        Command.run(List.of("grep", "^" + name + ":", "/proc/meminfo")).lines().stream()
            .flatMap(line -> List.of(line.split(" +")).stream())
            .toList();
    assertEquals(1024 * Long.parseLong(words.get(1)), Proc.memoryBytes(name).orElseThrow());
  }

  @Test
  void areasAreCounted() throws IOException {
    // Other threads of the JVM may map and unmap at the same time.
    long before = lines("/proc/self/maps");
    long counted = Proc.mapCount().orElseThrow();
    long after = lines("/proc/self/maps");
    assertTrue(Math.abs(counted - before) <= 16 && Math.abs(counted - after) <= 16);
  }

  private static int lines(String file) throws IOException {
    return Files.readAllLines(Path.of(file), StandardCharsets.ISO_8859_1).size();
  }

  @Test
  void statusFiguresAreInBytes() {
    long bytes = Proc.statusBytes("VmRSS").orElseThrow();
    assertEquals(0, bytes % 1024);
    assertTrue(bytes > 1 << 20);
  }

  @ParameterizedTest
  @CsvSource({
    "65536,      /sys/kernel/mm/hugepages/hugepages-64kB/",
    "2097152,    /sys/kernel/mm/hugepages/hugepages-2048kB/",
    "1073741824, /sys/kernel/mm/hugepages/hugepages-1048576kB/",
  })
  void thePoolOfHugePagesIsNamedByTheirSize(long size, String pool) {
    assertEquals(pool, Proc.hugePagePool(size));
  }

  @Test
  void theDefaultPoolOfHugePagesIsThatOfMeminfo() {
    long size = Proc.memoryBytes("Hugepagesize").orElse(2 << 20);
    assertEquals(Proc.hugePagePool(size), Proc.hugePagePool(0));
  }
}
