package io.mman;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.testing.Injection;
import io.mman.testing.Requirements;
import io.mman.testing.TracedThread;
import java.lang.foreign.MemorySegment;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AdviceTest {
  @ParameterizedTest
  @ValueSource(strings = {"FREE_REUSABLE", "FREE_REUSE", "ZERO", "NOSYNC", "PROTECT"})
  void adviceOfAnotherSystemIsRefusedByNameWhenItIsUsed(String name) {
    Advice advice = Advice.valueOf(name);
    assertFalse(advice.isSupported());

    var e =
        assertThrows(
            UnsupportedOperationException.class, () -> Mman.madvise(MemorySegment.NULL, advice));
    assertTrue(e.getMessage().startsWith("MADV_" + name + " does not exist on Linux ("));
  }

  @Test
  void adviceIsSupportedIfTheKernelTakesItForAnEmptyRange() throws Exception {
    assertTrue(Advice.NORMAL.isSupported());
    Requirements.requireAttaching();
    try (TracedThread thread = new TracedThread();
        Injection _ = Injection.failing("madvise", "EINVAL", 1, List.of(thread))) {
      assertFalse(thread.call(Advice.COLD::isSupported));
      assertTrue(thread.call(Advice.COLD::isSupported)); // the second call does not fail
    }
  }

  @Test
  void adviceThatMayChangeWhatALaterReadSeesIsDiscarding() {
    Set<Advice> discarding = EnumSet.noneOf(Advice.class);
    for (Advice advice : Advice.values()) {
      if (advice.isDiscarding()) {
        discarding.add(advice);
      }
    }
    assertEquals(
        EnumSet.of(
            Advice.DONTNEED,
            Advice.FREE,
            Advice.REMOVE,
            Advice.WIPEONFORK,
            Advice.DONTNEED_LOCKED,
            Advice.GUARD_INSTALL,
            Advice.FREE_REUSABLE,
            Advice.ZERO),
        discarding);
  }
}
