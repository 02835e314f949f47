package io.mman.durability;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.testing.ChildJvm;
import io.mman.testing.Requirements;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Everything synced has reached the device. {@link KillTest} shows only that it has reached the
 * page cache, which survives the process. {@code -Dmman.powercut.rounds=500} takes minutes.
 */
class PowerCutTest {
  private static final int ROUNDS = Integer.getInteger("mman.powercut.rounds", 20);

  private static final String MOUNT =
      "mkdir -p \"$0/disk\" \"$0/copy\" && rm -f \"$0/disk.img\""
          + " && truncate -s 128m \"$0/disk.img\" && mkfs.ext4 -q -F \"$0/disk.img\""
          + " && mount -o loop \"$0/disk.img\" \"$0/disk\" && exec \"$@\"";

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource
  void everythingSyncedSurvivesAPowerCut(PowerCut.Kind kind) {
    Requirements.requirePrograms("mkfs.ext4");
    String[] words = {"unshare", "-m", "sh", "-c", MOUNT, folder.toString()};
    Requirements.requireSuccess(
        "the right to mount", "unshare", "-m", "sh", "-c", MOUNT, folder.toString(), "true");
    ChildJvm child = ChildJvm.of(PowerCut.class).under(words);
    for (String property : List.of("mman.classes", "mman.testClasses")) {
      child = child.options("-D" + property + "=" + System.getProperty(property));
    }
    String end =
        child
            .runFor(1800, folder.toString(), Integer.toString(ROUNDS), kind.name())
            .lines()
            .getLast();
    assertTrue(end.matches("recovered [1-9]\\d*"), end);
  }
}
