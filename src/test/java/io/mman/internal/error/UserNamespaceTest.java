package io.mman.internal.error;

import static io.mman.internal.error.ResourceLimitsTest.assertMatches;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.mman.testing.ChildJvm;
import io.mman.testing.Command;
import io.mman.testing.Requirements;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The limit of locked memory for root of a user namespace, as in a container without root. */
class UserNamespaceTest {
  @TempDir Path folder;

  /**
   * Runs a command as root of a user namespace in which every user has the same number as outside,
   * which only root may create. The first argument is the path of a pipe.
   */
  private static final String ALL_USERS =
      """
      mkfifo $0
      unshare --user sh -c 'read go < "$0"; exec "$@"' $0 "$@" &
      until [ "$(readlink /proc/$!/ns/user)" != "$(readlink /proc/self/ns/user)" ]; do :; done
      echo "0 0 4294967295" > /proc/$!/uid_map
      echo go > $0
      wait $!
      """;

  @Test
  void theLimitIsReportedToRootOfAUserNamespace() {
    Requirements.requirePrograms("unshare");
    assertReportsTheLimit("unshare", "--user", "--map-root-user");
  }

  @Test
  void theLimitIsReportedToRootOfAUserNamespaceWithAllUsers() {
    Requirements.requireRoot();
    Requirements.requirePrograms("unshare");
    assertReportsTheLimit("sh", "-c", ALL_USERS, folder.resolve("pipe").toString());
  }

  /** Such a root has CAP_IPC_LOCK, but only that of the initial namespace has an effect. */
  private void assertReportsTheLimit(String... namespace) {
    List<String> probe = List.of("unshare", "--user", "true");
    assumeTrue(Command.run(probe).exitCode() == 0, "the kernel has no user namespaces");
    ChildJvm child = ChildJvm.of(ResourceLimitsTest.Locker.class);
    List<String> lines =
        child.under("prlimit", "--memlock=" + (8 << 20)).under(namespace).run().lines();
    String limit =
        ": RLIMIT_MEMLOCK allows 8388608 bytes of locked memory, and \\d+ are in use: raise the"
            + " limit \\(ulimit -l; CAP_IPC_LOCK has no effect in this user namespace\\)";
    for (int call : new int[] {0, 1, 2, 3, 5}) {
      assertMatches(".*: (ENOMEM|EAGAIN) \\(.*\\)" + limit, lines.get(call));
    }
    assertEquals("no failure", lines.get(4));
  }

  @Test
  void aLimitOfZeroIsReportedToRootOfAUserNamespace() {
    Requirements.requirePrograms("unshare");
    List<String> probe = List.of("unshare", "--user", "true");
    assumeTrue(Command.run(probe).exitCode() == 0, "the kernel has no user namespaces");
    List<String> lines =
        ChildJvm.of(ResourceLimitsTest.Locker.class)
            .under("prlimit", "--memlock=0", "unshare", "--user", "--map-root-user")
            .run()
            .lines();
    for (String line : lines.subList(0, 4)) {
      assertMatches(
          ".*: EPERM \\(.*\\): RLIMIT_MEMLOCK is 0: raise it \\(ulimit -l\\); CAP_IPC_LOCK has no"
              + " effect in this user namespace",
          line);
    }
  }
}
