package io.mman.internal.signal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.mman.testing.Injection;
import io.mman.testing.ProcMaps;
import io.mman.testing.Requirements;
import io.mman.testing.TracedThread;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CodePageTest {
  @BeforeEach
  void requireCode() {
    assumeTrue(HandlerCode.bytes() != null);
  }

  private static CodePage create() {
    return CodePage.create(Objects.requireNonNull(HandlerCode.bytes()), new RangeTable());
  }

  @Test
  void codeIsExecutableAndNotWritable() {
    MemorySegment code = MemorySegment.ofAddress(create().handler()).reinterpret(1);

    assertEquals("r-xp", ProcMaps.of(code).perms());
  }

  /** As under SELinux without execmem. */
  @Test
  void withoutExecutableMemoryTheReasonIsGiven() throws Exception {
    Requirements.requireAttaching();
    create(); // links everything
    try (TracedThread thread = new TracedThread()) {
      thread.call(CodePageTest::create);
      try (Injection _ = Injection.failing("mprotect", "EACCES", 1, List.of(thread))) {
        UnsupportedOperationException e =
            assertThrows(
                UnsupportedOperationException.class, () -> thread.call(CodePageTest::create));

        assertEquals(
            "surviving bus errors needs executable memory, which the system denies"
                + " (mprotect: errno 13)",
            e.getMessage());
      }
    }
  }

  @Test
  void handlersAreRefusedWithTheReason() throws Exception {
    Requirements.requireAttaching();
    SignalAction.current();
    try (TracedThread thread = new TracedThread()) {
      thread.call(SignalAction::current);
      try (Injection _ = Injection.failing("rt_sigaction", "EPERM", 1, List.of(thread))) {
        UnsupportedOperationException e =
            assertThrows(
                UnsupportedOperationException.class, () -> thread.call(SignalAction::current));

        assertTrue(e.getMessage().contains("rt_sigaction: errno 1"), e.getMessage());
      }
    }
  }
}
