package io.mman.internal.error;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.mman.Advice;
import io.mman.LockAllFlag;
import io.mman.LockFlag;
import io.mman.MapFlag;
import io.mman.Mman;
import io.mman.MmanException;
import io.mman.NativeFile;
import io.mman.Protection;
import io.mman.RemapFlag;
import io.mman.testing.ChildJvm;
import io.mman.testing.Command;
import io.mman.testing.LibraryJar;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The message when a process has reached one of its limits. Each test starts a process. */
class ResourceLimitsTest {
  private static final Set<MapFlag> MEMORY = Set.of(MapFlag.PRIVATE, MapFlag.ANONYMOUS);
  private static final Set<MapFlag> LOCKED =
      Set.of(MapFlag.PRIVATE, MapFlag.ANONYMOUS, MapFlag.LOCKED);
  private static final Protection RW = Protection.READ_WRITE;

  @TempDir Path folder;

  private static MemorySegment map(long bytes, Protection protection, Set<MapFlag> flags) {
    return Mman.mmap(MemorySegment.NULL, bytes, protection, flags, -1, 0);
  }

  private interface Call {
    void make();
  }

  /** Prints the message of the failure, or that there was none. */
  private static void attempt(Call call) {
    try {
      call.make();
      System.out.println("no failure");
    } catch (MmanException e) {
      System.out.println(e.getMessage());
    }
  }

  /** Requests 256 MiB in different ways. */
  static class Greedy {
    private static final long BYTES = 256 << 20;

    public static void main(String... arguments) {
      attempt(() -> map(1L << 40, Protection.NONE, MEMORY));
      attempt(() -> map(BYTES, RW, MEMORY));
      MemorySegment readable = map(BYTES, Protection.READ, MEMORY);
      attempt(() -> Mman.mprotect(readable, RW));
    }
  }

  @Test
  void theAddressSpaceOfTheProcess() {
    String used = "and \\d+ are in use: raise the limit \\(ulimit -v\\)";
    List<String> lines =
        ChildJvm.of(Greedy.class).under("prlimit", "--as=" + (1L << 39)).run().lines();

    assertMatches(
        "mmap\\(length=1099511627776, NONE, PRIVATE\\|ANONYMOUS, fd=-1, offset=0\\): ENOMEM"
            + " \\(Cannot allocate memory\\): RLIMIT_AS allows 549755813888 bytes of address space,"
            + " "
            + used,
        lines.get(0));
    assertEquals(List.of("no failure", "no failure"), lines.subList(1, 3));
  }

  /** The JVM needs less than these calls: most of its memory is reserved, but not writable. */
  @Test
  void theDataOfTheProcess() {
    ChildJvm child = ChildJvm.of(Greedy.class).options("-Xmx64m", "-XX:+UseSerialGC", "-Xint");
    List<String> lines = child.under("prlimit", "--data=" + (300L << 20)).run().lines();

    String words =
        ".*ENOMEM.*: RLIMIT_DATA allows 314572800 bytes of private writable memory, and \\d+"
            + " are in use: raise the limit \\(ulimit -d\\)";
    assertEquals("no failure", lines.get(0));
    assertMatches("mmap" + words, lines.get(1));
    assertMatches("mprotect" + words, lines.get(2));
  }

  /** Locks more than 8 MiB in different ways, and then a smaller range. */
  static class Locker {
    private static final long BYTES = 64 << 20;

    public static void main(String... arguments) {
      MemorySegment memory = map(BYTES, RW, MEMORY);
      attempt(() -> Mman.mlock(memory));
      attempt(() -> Mman.mlock(memory, LockFlag.ONFAULT));
      attempt(() -> map(BYTES, RW, LOCKED));
      attempt(() -> Mman.mlockall(LockAllFlag.CURRENT));
      attempt(() -> Mman.mlock(memory.asSlice(0, 1 << 20)));
      attempt(() -> Mman.mremap(map(1 << 20, RW, LOCKED), BYTES, Set.of(RemapFlag.MAYMOVE)));
    }
  }

  @Test
  void theMemoryThatMayBeLocked() {
    List<String> lines = withoutCapabilities(Locker.class, "--memlock=" + (8 << 20)).lines();

    String limit =
        ": RLIMIT_MEMLOCK allows 8388608 bytes of locked memory, and %s are in use: raise the"
            + " limit \\(ulimit -l, or grant CAP_IPC_LOCK\\)";
    assertMatches("mlock\\(address=0x.*\\): ENOMEM \\(.*\\)" + limit.formatted("0"), lines.get(0));
    assertMatches("mlock2\\(.*, ONFAULT\\): ENOMEM \\(.*\\)" + limit.formatted("0"), lines.get(1));
    assertMatches("mmap\\(.*LOCKED.*\\): EAGAIN \\(.*\\)" + limit.formatted("0"), lines.get(2));
    assertMatches(
        "mlockall\\(CURRENT\\): ENOMEM \\(.*\\)" + limit.formatted("\\d{8,}"), lines.get(3));
    assertEquals("no failure", lines.get(4));
    assertMatches("mremap\\(.*\\): EAGAIN \\(.*\\)" + limit.formatted("2097152"), lines.get(5));
  }

  @Test
  void nothingMayBeLockedAtAll() {
    List<String> lines = withoutCapabilities(Locker.class, "--memlock=0").lines();

    String words =
        "EPERM \\(Operation not permitted\\): RLIMIT_MEMLOCK is 0: raise it \\(ulimit -l\\), or"
            + " grant CAP_IPC_LOCK";
    assertMatches("mlock\\(.*\\): " + words, lines.get(0));
    assertMatches("mlock2\\(.*\\): " + words, lines.get(1));
    assertMatches("mmap\\(.*\\): " + words, lines.get(2));
    assertMatches("mlockall\\(.*\\): " + words, lines.get(3));
  }

  /** Maps the lowest page. */
  static class Lowest {
    public static void main(String... arguments) {
      Set<MapFlag> flags = Set.of(MapFlag.PRIVATE, MapFlag.ANONYMOUS, MapFlag.FIXED);
      attempt(() -> map(4096, RW, flags));
    }
  }

  @Test
  void theLowestAddresses() {
    assertMatches(
        "mmap\\(.*FIXED.*\\): EPERM \\(.*\\): the address is in a sealed range \\(mseal\\), or"
            + " below vm.mmap_min_addr",
        withoutCapabilities(Lowest.class, "--memlock=0").lines().getFirst());
  }

  /** Limits do not apply to root, so its capabilities are dropped. */
  private static Command.Outcome withoutCapabilities(Class<?> main, String limit) {
    ChildJvm child = ChildJvm.of(main).under("prlimit", limit);
    if (System.getProperty("user.name").equals("root")) {
      child = child.under("setpriv", "--bounding-set=-ipc_lock,-sys_rawio");
    }
    return child.run();
  }

  /**
   * Splits one area with the call that its argument names until no more areas are allowed. This
   * first error has to be reported although the JVM itself can map almost nothing any more.
   */
  static class Splitter {
    public static void main(String... arguments) {
      long size = Mman.pageSize();
      Set<MapFlag> flags = Set.of(MapFlag.PRIVATE, MapFlag.ANONYMOUS, MapFlag.NORESERVE);
      MemorySegment memory = map(size * 300_000, Protection.NONE, flags);
      attempt(
          () -> {
            for (long page = 1; page < 300_000; page += 2) {
              MemorySegment range = memory.asSlice(page * size, size);
              switch (arguments[0]) {
                case "munmap" -> Mman.munmap(range);
                case "madvise" -> Mman.madvise(range, Advice.DONTFORK);
                case "mlock2" -> Mman.mlock(range, LockFlag.ONFAULT);
                default -> Mman.mprotect(range, Protection.READ);
              }
            }
          });
    }
  }

  @Test
  void theAreasOfTheProcess() throws IOException {
    String limit = Files.readAllLines(Path.of("/proc/sys/vm/max_map_count")).getFirst();
    assumeTrue(Long.parseLong(limit) < 100_000, "vm.max_map_count is large: " + limit);
    String reason =
        ": vm.max_map_count allows "
            + limit
            + " memory areas, and \\d+ are in use: raise the limit \\(sysctl -w vm.max_map_count="
            + 4 * Long.parseLong(limit)
            + "\\), or map fewer and larger ranges";
    assertMatches("mprotect\\(.*\\): ENOMEM \\(.*\\)" + reason, split("mprotect"));
    assertMatches("munmap\\(.*\\): ENOMEM \\(.*\\)" + reason, split("munmap"));
    assertMatches("madvise\\(.*\\): EAGAIN \\(.*\\)" + reason, split("madvise"));
    assertMatches("mlock2\\(.*\\): ENOMEM \\(.*\\)" + reason, split("mlock2"));
  }

  private static String split(String call) {
    return ChildJvm.of(Splitter.class).run(call).lines().getFirst();
  }

  /** Opens files until no more are allowed; that is the first error of the JVM. */
  static class Opener {
    public static void main(String... arguments) {
      List<NativeFile> files = new ArrayList<>();
      attempt(
          () -> {
            while (true) {
              files.add(NativeFile.open(Path.of("/dev/null")));
            }
          });
    }
  }

  /** From a jar, like a program: loading its classes needs no further descriptor. */
  @Test
  void theDescriptorsOfTheProcess() throws IOException {
    ChildJvm child = ChildJvm.of(Opener.class).onClassPath(LibraryJar.in(folder).toString());

    assertEquals(
        "open(\"/dev/null\", O_RDONLY|O_NOCTTY|O_CLOEXEC): EMFILE (Too many open files):"
            + " RLIMIT_NOFILE allows 64 descriptors, and all are in use: raise the limit (ulimit"
            + " -n)",
        child.under("prlimit", "--nofile=64:64").run().lines().getFirst());
  }

  static void assertMatches(String pattern, String line) {
    assertTrue(line.matches(pattern), line);
  }
}
