package io.mman.internal.error;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The reasons that depend on how the kernel is configured. */
class SocketErrorsTest {
  @ParameterizedTest
  @CsvSource({
    "0, it belongs to another user",
    "1, 'kernel.yama.ptrace_scope is 1, so it must be a descendant'",
    "2, 'kernel.yama.ptrace_scope is 2, so this process needs CAP_SYS_PTRACE'",
    "3, 'kernel.yama.ptrace_scope is 3, so no process may trace another'",
  })
  void theRuleOfYamaIsTheReason(long scope, String reason) {
    String text = SocketErrors.tracing(OptionalLong.of(scope));
    assertTrue(text.startsWith(reason), text);
  }

  @Test
  void withoutYamaTheUserIsTheReason() {
    String text = SocketErrors.tracing(OptionalLong.empty());
    assertTrue(text.startsWith("it belongs to another user"), text);
  }
}
