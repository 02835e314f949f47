package io.mman.benchmarks.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.MappedRegion;
import io.mman.Mapping;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ContestTest {
  private static final Duration SHORT = Duration.ofMillis(30);
  private static final long MIB = 1 << 20;
  static volatile Object sink;

  @Test
  void everyoneTakesATurnInEachRoundAndTheHeroIsComparedWithTheOthers() {
    Turns turns =
        new Contest("chart", "row")
            .single()
            .hero("short")
            .add("short", n -> spin(100_000))
            .add("long", n -> spin(400_000))
            .run(SHORT);
    List<Measurement> summary = turns.summary();
    assertEquals(summary.getFirst().turns, summary.getLast().turns);
    assertTrue(summary.getFirst().turns >= 3);
    assertNull(summary.getFirst().ratio, "of the hero with itself");
    assertEquals("short", summary.getLast().hero);
    assertEquals(0.25, summary.getLast().ratio, 0.1);
  }

  @Test
  void oneThatCannotRunIsLeftOutWithTheReason() {
    Turns turns =
        new Contest("chart", "row")
            .single()
            .add("mman", n -> spin(10))
            .add(
                "peer",
                n -> {
                  throw new UnsupportedOperationException("has no such call");
                })
            .run(SHORT);
    assertEquals(1, turns.series().size());
    assertTrue(turns.leftOut().getFirst().contains("has no such call"));
  }

  @Test
  void faultsAndAllocationsAreCountedForEachUnit() {
    Measurement measured =
        new Contest("chart", "row")
            .single()
            .per("page", MIB / 4096.0)
            .add("mman", n -> touchAMebibyte())
            .run(SHORT)
            .summary()
            .getFirst();
    assertEquals(1, measured.minorFaults, 0.3);
    assertEquals(100, measured.allocated, 20);
  }

  /** A page fault for each page, and 100 bytes of heap. */
  private static void touchAMebibyte() {
    sink = new byte[(int) (MIB / 4096 * 100)];
    try (MappedRegion region = Mapping.anonymous(MIB).mapConfined()) {
      region.segment().fill((byte) 1);
    }
  }

  @Test
  void turnsOfSeveralJvmsAreJoined() {
    Contest contest = new Contest("chart", "row").single().add("mman", n -> spin(10));
    Turns one = contest.run(SHORT);
    Turns two = contest.run(SHORT);
    int turns = Turns.join(List.of(one, two)).getFirst().summary().getFirst().turns;
    assertEquals(one.summary().getFirst().turns + two.summary().getFirst().turns, turns);
  }

  private static void spin(long nanos) {
    long end = System.nanoTime() + nanos;
    while (System.nanoTime() < end) {
      Thread.onSpinWait();
    }
  }
}
