package io.mman.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.mman.testing.ChildJvm;
import io.mman.testing.Requirements;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each system call of the library fails once, wherever it is made, with each of its errors. */
class EveryCallFailsTest {
  @TempDir Path folder;

  @Test
  void theExceptionNamesTheCallAndNothingIsLost() throws Exception {
    Requirements.requireAttaching();
    List<String> expected = Arrays.stream(FaultPlan.values()).map(c -> c + " failed").toList();
    assertEquals(
        String.join("\n", expected) + "\n",
        // One arena of malloc, which grows with brk(2) and not with calls that are made to fail;
        // and no C2, which sometimes allocates more memory than a scenario could leak.
        ChildJvm.of(FaultProgram.class)
            .options("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
            .under("env", "MALLOC_ARENA_MAX=1")
            .run(folder.toString())
            .success());
  }
}
