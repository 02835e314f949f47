package io.mman.stress;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.mman.testing.ChildJvm;
import io.mman.testing.Requirements;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** No call is so late that it reaches memory that is in use again. */
class AddressReuseTest {
  /** More rounds find rarer failures. */
  private static final int TIMES = Integer.getInteger("mman.reuse.times", 1);

  private static final long SECONDS = 300L * TIMES;

  /** The system calls that {@link AddressReuse} and the handler of SIGBUS make on a region. */
  private static final String CALLS =
      "mprotect,madvise,mlock,mlock2,munlock,msync,mincore,process_vm_readv,process_vm_writev,mremap,mmap";

  @TempDir Path folder;

  @Test
  void noCallOnAClosedRegionReachesReusedMemory() {
    ChildJvm child = ChildJvm.of(AddressReuse.class);

    assertEquals(
        List.of("fine"), child.runFor(SECONDS, folder.toString(), "" + 1000 * TIMES).lines());
  }

  /** The interpreter takes long between reading the region's state and making the call. */
  @Test
  void norDoesAnInterpretedCall() {
    ChildJvm child = ChildJvm.of(AddressReuse.class).options("-Xint");

    assertEquals(
        List.of("fine"), child.runFor(SECONDS, folder.toString(), "" + 200 * TIMES).lines());
  }

  /** A call that does not keep the region open until its end is late then. */
  @Test
  void norDoesACallDelayedOnItsWayToTheKernel() throws Exception {
    Requirements.requireAttaching();
    ChildJvm child =
        ChildJvm.of(AddressReuse.class)
            .under("strace", "-f", "-qq", "-o", "/dev/null", "--seccomp-bpf")
            .under("-e", "trace=" + CALLS, "-e", "inject=" + CALLS + ":delay_enter=1000");

    assertEquals(
        List.of("fine"), child.runFor(SECONDS, folder.toString(), "" + 200 * TIMES).lines());
  }
}
