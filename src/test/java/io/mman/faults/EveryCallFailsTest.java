package io.mman.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.testing.ChildJvm;
import io.mman.testing.InMemory;
import io.mman.testing.Requirements;
import java.nio.file.Path;
import java.util.ArrayList;
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
    assertEquals(String.join("\n", expected) + "\n", run(folder, List.of()));
  }

  /** In memory, where it takes a third of the time. */
  @Test
  void aCommitIsOldOrNew(@TempDir(factory = InMemory.class) Path memory) throws Exception {
    Requirements.requireAttaching();
    List<String> lines = run(memory, StagedFaults.names()).lines().toList();
    assertEquals(List.of(), lines.stream().filter(line -> !line.endsWith(" failed")).toList());
    assertTrue(lines.containsAll(List.of("PWRITE64 failed", "FDATASYNC failed")), lines::toString);
  }

  private static String run(Path folder, List<String> scenarios) {
    List<String> arguments = new ArrayList<>(List.of(folder.toString()));
    arguments.addAll(scenarios);
    // One arena of malloc, which grows with brk(2) and not with calls that are made to fail;
    // and no C2, which sometimes allocates more memory than a scenario could leak.
    return ChildJvm.of(FaultProgram.class)
        .options("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
        .under("env", "MALLOC_ARENA_MAX=1")
        .run(arguments.toArray(String[]::new))
        .success();
  }
}
