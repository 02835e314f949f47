package io.mman.stress;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.mman.Mman;
import io.mman.testing.ChildJvm;
import io.mman.testing.SmallDisk;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Files that are truncated under regions that survive it. */
class SurvivedTruncationTest {
  private static final boolean FULL = "full".equals(System.getProperty("mman.survival"));
  private static final String TIMES = FULL ? "10000" : "1000";
  private static final long SECONDS = FULL ? 1200 : 120;

  @TempDir Path folder;

  @BeforeEach
  void requireSurvival() {
    assumeTrue(Mman.survivesBusErrors());
  }

  @ParameterizedTest
  @EnumSource
  void threadsSurviveTruncations(TruncationStorm.Truncater truncater) {
    ChildJvm child = ChildJvm.of(TruncationStorm.class);

    assertEquals(
        List.of("survived"),
        child.runFor(SECONDS, folder.toString(), truncater.name(), TIMES).lines());
  }

  @Test
  void regionsTakeThePlacesOfOthers() {
    ChildJvm child = ChildJvm.of(MappingStorm.class);

    assertEquals(List.of("survived"), child.runFor(SECONDS, folder.toString(), TIMES).lines());
  }

  @Test
  void pagesThatThreadsLoseAtOnceAreCountedOnceEach() {
    ChildJvm child = ChildJvm.of(FullDiskStorm.class).under(SmallDisk.TMPFS.mountedAt(folder));

    assertEquals(List.of("survived"), child.run(SmallDisk.TMPFS.path(folder)).lines());
  }

  @Test
  void scatteredAccessesTakeFewAreas() {
    assertEquals(
        List.of("survived"), ChildJvm.of(ScatteredLosses.class).run(folder.toString()).lines());
  }
}
