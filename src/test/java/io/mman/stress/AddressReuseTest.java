package io.mman.stress;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.mman.testing.ChildJvm;
import io.mman.testing.Requirements;
import java.util.List;
import org.junit.jupiter.api.Test;

/** No call comes so late that it reaches memory that has become somebody else's. */
class AddressReuseTest {
  /** More of them find what is rarer. */
  private static final int TIMES = Integer.getInteger("mman.reuse.times", 1);

  private static final long SECONDS = 300L * TIMES;

  /** Those that {@link AddressReuse} makes of a region. */
  private static final String CALLS =
      "mprotect,madvise,mlock,mlock2,munlock,msync,mincore,process_vm_readv,process_vm_writev,mremap";

  @Test
  void noCallOfAClosedRegionReachesWhatIsThereNow() {
    ChildJvm child = ChildJvm.of(AddressReuse.class);

    assertEquals(List.of("fine"), child.runFor(SECONDS, "" + 1000 * TIMES).lines());
  }

  /** Takes its time from looking at the region to making the call. */
  @Test
  void norDoesAnInterpretedCall() {
    ChildJvm child = ChildJvm.of(AddressReuse.class).options("-Xint");

    assertEquals(List.of("fine"), child.runFor(SECONDS, "" + 200 * TIMES).lines());
  }

  /** Whatever does not keep the region from closing until the call is over is late then. */
  @Test
  void norDoesOneThatIsHeldUpBeforeTheKernelSeesIt() throws Exception {
    Requirements.requireAttaching();
    ChildJvm child =
        ChildJvm.of(AddressReuse.class)
            .under("strace", "-f", "-qq", "-o", "/dev/null", "--seccomp-bpf")
            .under("-e", "trace=" + CALLS, "-e", "inject=" + CALLS + ":delay_enter=1000");

    assertEquals(List.of("fine"), child.runFor(SECONDS, "" + 200 * TIMES).lines());
  }
}
