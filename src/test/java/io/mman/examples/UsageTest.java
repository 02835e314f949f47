package io.mman.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.mman.testing.ChildJvm;
import io.mman.testing.Command;
import java.util.List;
import org.junit.jupiter.api.Test;

/** An example that needs arguments says which ones if there are none. */
class UsageTest {
  @Test
  void missingArgumentsAreNamed() {
    assertUsage(AppendLog.class, "AppendLog PATH [TEXT...]");
    assertUsage(FileIndex.class, "FileIndex PATH [LINE...]");
    assertUsage(JitCode.class, "JitCode NUMBER NUMBER");
    assertUsage(JitCode.class, "JitCode NUMBER NUMBER", "1");
    assertUsage(PageCache.class, "PageCache PATH");
    assertUsage(TailFollower.class, "TailFollower PATH");
  }

  private static void assertUsage(Class<?> example, String words, String... arguments) {
    Command.Outcome outcome = ChildJvm.of(example).run(arguments);

    assertEquals("Usage: -Dexample=\"" + words + "\"\n", outcome.err());
    assertEquals(List.of(2, ""), List.of(outcome.exitCode(), outcome.out()));
  }
}
