package io.mman.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.mman.testing.ChildJvm;
import io.mman.testing.LibraryJar;
import io.mman.testing.Requirements;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The first error of a JVM is that a call of {@link io.mman.Mman} reaches a limit. It is reported,
 * the first calls of all other methods work or fail as in C, and everything works again once
 * something is released. Each child JVM runs both with all compilers and interpreted.
 */
class FirstFacadeErrorTest {
  private static final List<String> MODES = List.of("-XX:+TieredCompilation", "-Xint");

  private static void assertReports(String reason, ChildJvm child, String... arguments) {
    for (String mode : MODES) {
      List<String> lines = child.options(mode).run(arguments).lines();
      assumeFalse(lines.get(0).contains(": ENOSYS"), lines.get(0));
      assertTrue(lines.get(0).matches(reason), () -> mode + ": " + lines);
      assertEquals("again", lines.getLast(), () -> mode + ": " + lines);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mmap",
        "munmap",
        "mprotect",
        "madvise",
        "mremap",
        "mlock",
        "mlock2",
        "munlock",
        "mseal"
      })
  void noAreaIsLeft(String call) throws IOException {
    String limit = Files.readAllLines(Path.of("/proc/sys/vm/max_map_count")).getFirst();
    assumeTrue(Long.parseLong(limit) < 100_000, "vm.max_map_count is large: " + limit);
    String reason =
        ".*(ENOMEM|EAGAIN) .*: vm.max_map_count allows " + limit + " memory areas, and \\d+ are.*";
    if (call.contains("lock")) {
      Requirements.requireRoot(); // others may not lock enough pages
    }
    assertReports(call + "\\(" + reason, ChildJvm.of(FacadeAtLimit.class), "areas", call);
  }

  @ParameterizedTest
  @ValueSource(strings = {"mmap", "mremap"})
  void noAddressSpaceIsLeft(String call) {
    long limit = 1L << 36;
    ChildJvm child = ChildJvm.of(FacadeAtLimit.class).options("-Xmx64m");
    assertReports(
        call + "\\(.*ENOMEM .*: RLIMIT_AS allows " + limit + " bytes of address space, and .*",
        child.under("prlimit", "--as=" + limit),
        "addressSpace",
        call);
  }

  @ParameterizedTest
  @ValueSource(strings = {"mlock", "mlock2", "mmap", "mremap", "mlockall"})
  void noMoreMayBeLocked(String call) {
    ChildJvm child = ChildJvm.of(FacadeAtLimit.class).under("prlimit", "--memlock=" + (8 << 20));
    if (System.getProperty("user.name").equals("root")) {
      child = child.under("setpriv", "--bounding-set=-ipc_lock"); // root may lock all
    }
    assertReports(
        call
            + "\\(.*(ENOMEM|EAGAIN) .*: RLIMIT_MEMLOCK allows 8388608 bytes of locked memory, and"
            + " .*",
        child,
        "locked",
        call);
  }

  /** No method of the facade opens a file, but each could need a class from a folder. */
  @ParameterizedTest
  @ValueSource(strings = {"native", "foreign"})
  void noDescriptorIsLeft(String files) {
    assertReports(
        "EMFILE",
        ChildJvm.of(FacadeAtLimit.class).under("prlimit", "--nofile=64:64"),
        "descriptors",
        files);
  }

  @Test
  void noDescriptorIsLeftForAProgramInAJar(@TempDir Path folder) throws IOException {
    ChildJvm child = ChildJvm.of(FacadeAtLimit.class).onClassPath(LibraryJar.in(folder).toString());
    assertReports("EMFILE", child.under("prlimit", "--nofile=64:64"), "descriptors", "foreign");
  }
}
