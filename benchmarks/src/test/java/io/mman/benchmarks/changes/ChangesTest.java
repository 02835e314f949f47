package io.mman.benchmarks.changes;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChangesTest {
  @Test
  void theProgramsRunAndLeaveNoFile(@TempDir Path folder) throws Exception {
    Commits.main(folder.toString(), "1", "1:10", "200:3"); // throws if a store has other pages
    assertArrayEquals(new String[0], folder.toFile().list());
    Takes.main("1", "3");
  }
}
