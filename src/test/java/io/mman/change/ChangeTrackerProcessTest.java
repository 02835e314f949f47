package io.mman.change;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.Mman;
import io.mman.testing.ChildJvm;
import io.mman.testing.LibraryJar;
import io.mman.testing.OpenFiles;
import io.mman.testing.Requirements;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests which users and processes can track changes, and which resources this needs. */
class ChangeTrackerProcessTest {
  private static final String NOBODY = "65534";

  @TempDir Path folder;

  /** Tracks a region and prints the result. */
  static final class Tracking {
    private Tracking() {}

    public static void main(String... arguments) {
      System.out.println(ChangeTracker.isSupported());
      int before = OpenFiles.count();
      try (MappedRegion region = Mapping.anonymous(8 * Mman.pageSize()).mapShared()) {
        try (ChangeTracker tracker = ChangeTracker.of(region)) {
          region.segment().set(ValueLayout.JAVA_BYTE, 5 * Mman.pageSize(), (byte) 1);
          System.out.println(tracker.take().bytes() / Mman.pageSize() + " page");
          ChangeTracker.of(Mapping.anonymous(1).mapShared()).close();
          System.out.println(OpenFiles.count() - before + " descriptors");
        } catch (UnsupportedOperationException e) {
          System.out.println(e.getMessage());
        }
        region.resize(Mman.pageSize()); // no longer tracked
      }
      System.out.println(OpenFiles.count() - before + " descriptors");
    }
  }

  private static final List<String> TRACKED =
      List.of("true", "1 page", "2 descriptors", "0 descriptors");

  @Test
  void allTrackersShareTwoDescriptorsThatAreClosedWithTheLast() {
    assumeTrue(ChangeTracker.isSupported(), "the kernel cannot track changes");
    assertEquals(TRACKED, ChildJvm.of(Tracking.class).run().lines());
  }

  @Test
  void aUserWithoutPrivilegesTracks() throws IOException {
    assumeTrue(ChangeTracker.isSupported(), "the kernel cannot track changes");
    Requirements.requireRoot();
    Requirements.requirePrograms("setpriv");
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    ChildJvm child = ChildJvm.of(Tracking.class).onClassPath(LibraryJar.in(folder).toString());
    String[] nobody = {
      "setpriv", "--reuid", NOBODY, "--regid", NOBODY, "--clear-groups", "--bounding-set=-all"
    };
    assertEquals(TRACKED, child.under(nobody).run().lines());
  }

  /** Simulates a seccomp filter, and a kernel that is too old. */
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "userfaultfd; EPERM; userfaultfd(2) fails with EPERM: the call is forbidden, for example"
            + " by a seccomp filter",
        "userfaultfd; ENOSYS; userfaultfd(2) fails with ENOSYS: the kernel has no userfaultfd(2),"
            + " or a seccomp filter hides it",
        "userfaultfd; EINVAL; userfaultfd(2) fails with EINVAL: Linux 6.7 or later is required,"
            + " on x86_64 or aarch64",
        "ioctl; ENOTTY; userfaultfd(2) fails with ENOTTY: Linux 6.7 or later is required, on"
            + " x86_64 or aarch64",
      })
  void aRefusalIsReportedWithTheReason(String call, String errno, String message) {
    Requirements.requireTracing();
    String[] strace = {
      "strace",
      "-f",
      "-qq",
      "--seccomp-bpf",
      "-o",
      "/dev/null",
      "-e",
      "trace=" + call,
      "-e",
      "inject=" + call + ":error=" + errno
    };
    assertEquals(
        List.of("false", "changes cannot be tracked: " + message, "0 descriptors"),
        ChildJvm.of(Tracking.class).under(strace).run().lines());
  }
}
