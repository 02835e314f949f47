package io.mman.durability;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.testing.ChildJvm;
import io.mman.testing.InMemory;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests that data which was synced or committed has reached the medium. {@link KillTest} shows only
 * that it has reached the page cache, which survives the process. {@code
 * -Dmman.powercut.commits=1000 -Dmman.powercut.syncs=200} takes minutes.
 */
class PowerCutTest {
  private static final int SYNCS = Integer.getInteger("mman.powercut.syncs", 20);
  private static final int COMMITS = Integer.getInteger("mman.powercut.commits", 200);

  @TempDir(factory = InMemory.class)
  Path folder;

  @Test
  void everythingSyncedSurvivesAPowerCut() {
    cut(PowerCut.Kind.LOG, SYNCS);
  }

  @Test
  void aCommitSurvivesAPowerCutAsAWholeOrNotAtAll() {
    String found = cut(PowerCut.Kind.COMMITS, COMMITS);
    assertTrue(found.matches(".*\\bCOMPLETE=[1-9].*mixtures: [1-9].*"), found);
  }

  /** Returns the first line that the program prints. */
  private String cut(PowerCut.Kind kind, int rounds) {
    ChildJvm child = ChildJvm.of(PowerCut.class).under(kind.mountedAt(folder));
    for (String property : List.of("mman.classes", "mman.testClasses")) {
      child = child.options("-D" + property + "=" + System.getProperty(property));
    }
    List<String> lines =
        child.runFor(1800, folder.toString(), Integer.toString(rounds), kind.name()).lines();
    assertTrue(lines.getLast().matches("recovered [1-9]\\d*"), lines::toString);
    return lines.getFirst();
  }
}
