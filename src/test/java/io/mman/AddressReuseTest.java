package io.mman;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.mman.testing.ChildJvm;
import java.util.List;
import org.junit.jupiter.api.Test;

/** No call comes so late that it reaches memory that has become somebody else's. */
class AddressReuseTest {
  /** More of them find what is rarer. */
  private static final int TIMES = Integer.getInteger("mman.reuse.times", 1);

  private static final long SECONDS = 300L * TIMES;

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
}
