package io.mman.ipc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.MappedRegion;
import io.mman.Mapping;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Waiting for a word of shared memory, and waking those who wait. */
class FutexTest {
  private static final Duration LONG = Duration.ofSeconds(60);

  private final MappedRegion region = Mapping.anonymous(8192).shared().mapShared();

  @AfterEach
  void close() {
    region.close();
  }

  @Test
  void aDifferentValueEndsTheWaitAtOnce() throws InterruptedException {
    region.segment().set(ValueLayout.JAVA_INT, 4, -7);

    assertTrue(Futex.at(region, 4).await(0, LONG));
    assertTrue(Futex.at(region, 4).await(0, Duration.ZERO));
    assertFalse(Futex.at(region, 4).await(-7, Duration.ZERO));
    assertFalse(Futex.at(region, 4).await(-7, Duration.ofSeconds(-1)));
    assertFalse(Futex.at(region, 4).await(-7, Duration.ofMillis(30)));
  }

  @Test
  void nobodyIsWokenWhereNobodyWaits() {
    assertEquals(0, Futex.at(region, 0).wake(1));
    assertEquals(0, Futex.at(region, 0).wakeAll());
    assertEquals(0, Futex.at(region, 0).wake(0));
    assertThrows(IllegalArgumentException.class, () -> Futex.at(region, 0).wake(-1));
  }

  @Test
  void aWordIsInsideTheRegionAndAligned() {
    assertEquals(
        "address",
        assertThrows(IllegalArgumentException.class, () -> Futex.at(region, 2))
            .getMessage()
            .split(" ")[1]);
    assertThrows(IndexOutOfBoundsException.class, () -> Futex.at(region, -4));
    assertThrows(IndexOutOfBoundsException.class, () -> Futex.at(region, 8190));
    assertThrows(IndexOutOfBoundsException.class, () -> Futex.at(region, 8192));
  }
}
