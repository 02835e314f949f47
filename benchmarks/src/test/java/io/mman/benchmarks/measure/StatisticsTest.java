package io.mman.benchmarks.measure;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

class StatisticsTest {
  @Test
  void theMedianIsTheMiddleOneOrBetweenTheTwoInTheMiddle() {
    assertEquals(3, Statistics.median(new double[] {9, 1, 3}));
    assertEquals(2, Statistics.median(new double[] {1, 9, 1, 3}));
  }

  @Test
  void ratiosAreThoseOfTurnsOfTheSameRound() {
    double[] ratios = Statistics.ratios(new double[] {2, 9}, new double[] {1, 3});
    assertArrayEquals(new double[] {2, 3}, ratios);
  }

  @Test
  void theBoundsHoldTheMedianNineteenTimesInTwenty() {
    Random random = new Random(1);
    int held = 0;
    for (int i = 0; i < 200; i++) {
      double[] values = random.doubles(60).map(u -> -Math.log(u)).toArray();
      Statistics.Estimate estimate = Statistics.estimate(values);
      held += estimate.low() <= Math.log(2) && Math.log(2) <= estimate.high() ? 1 : 0;
    }
    assertTrue(held >= 180 && held < 200, held + " of 200");
  }
}
