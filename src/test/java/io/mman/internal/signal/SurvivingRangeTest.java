package io.mman.internal.signal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What needs no fault: handlers are played by writes to the memory that they share. */
class SurvivingRangeTest {
  private static final long PAGE = 4096;
  private static final long START = 1L << 36;
  private static final long LENGTH = 16 * PAGE;
  private static final long USERS = 64;
  private static final long DEAD = 72;

  private final RangeTable table = new RangeTable();

  private SurvivingRange register(long start, long length) {
    return SurvivingRange.register(table, start, length, length, new Origin(12, 3, -1), 0);
  }

  /** Each takes an entry away from the handlers, which may act on it at that moment. */
  static List<Consumer<SurvivingRange>> changes() {
    return List.of(
        SurvivingRange::unregister,
        range -> range.protect(1),
        range -> range.resize(PAGE),
        range -> range.resize(0),
        SurvivingRange::suspend,
        range -> range.split(8 * PAGE));
  }

  @ParameterizedTest
  @MethodSource("changes")
  void changeWaitsForTheHandlersThatKnowTheEntry(Consumer<SurvivingRange> change)
      throws InterruptedException {
    SurvivingRange range = register(START, LENGTH);
    long entry = table.find(START + 5);
    Memory.putVolatile(entry + USERS, 1);
    Thread thread = new Thread(() -> change.accept(range));
    thread.start();
    while (thread.isAlive() && thread.getState() != Thread.State.TIMED_WAITING) {
      Thread.onSpinWait();
    }
    assertTrue(thread.isAlive(), "it did not wait");
    assertEquals(1, Memory.getVolatile(entry + DEAD));
    assertNotEquals(entry, table.find(START + 5));
    Memory.putVolatile(entry + USERS, 0);
    thread.join();
  }

  @Test
  void unregisteredRangeKeepsItsCount() {
    SurvivingRange range = register(START, LENGTH);
    Memory.add(countOf(table.find(START)), 5);
    assertEquals(5, range.lostPages());
    range.unregister();
    SurvivingRange next = register(START, LENGTH);
    Memory.add(countOf(table.find(START)), 7);

    assertEquals(5, range.lostPages());
    assertEquals(7, next.lostPages());
    range.unregister();
    assertEquals(7, next.lostPages());
  }

  private static long countOf(long entry) {
    return Memory.get(entry + 56);
  }

  @Test
  void rangeHasWholePages() {
    assertThrows(IllegalArgumentException.class, () -> register(START + 1, LENGTH));
    assertThrows(IllegalArgumentException.class, () -> register(START, LENGTH + 1));
    SurvivingRange range = register(START, LENGTH);
    assertThrows(IllegalArgumentException.class, () -> range.split(1));
    assertThrows(IllegalArgumentException.class, () -> range.resize(PAGE + 1));
    assertEquals(0, table.find(START + LENGTH));
  }

  @Test
  void suspendedRangeCanEnd() {
    SurvivingRange range = register(START, LENGTH);
    range.suspend();
    range.suspend();
    assertEquals(0, table.find(START));
    range.place(START + PAGE);
    assertNotEquals(0, table.find(START + LENGTH));
    range.suspend();
    range.unregister();
    assertEquals(0, table.find(START + PAGE));
    assertEquals(0, table.retiredBlocks());
  }

  @Test
  void emptyRangeIsNotInTheTable() {
    SurvivingRange range = register(START, 0);
    assertEquals(0, table.find(START));
    range.protect(1);
    assertEquals(-1, range.lost().first(0, 10));
    assertEquals(0, range.split(0).lostPages());
    range.suspend();
    range.place(START + PAGE);
    range.append(START, LENGTH, LENGTH, 0);
    assertNotEquals(0, table.find(START + LENGTH - 1));
    range.unregister();
    range.unregister();
    assertEquals(0, table.find(START));
  }

  /** The memory of ranges that have ended is used by the next ones. */
  @Test
  void registrationsLeakNothing() {
    for (int i = 0; i < 100; i++) {
      register(START, LENGTH).unregister();
    }
    long entry = 0;
    int reused = 0;
    for (int i = 0; i < 100; i++) {
      SurvivingRange range = register(START, LENGTH);
      SurvivingRange rest = range.split(PAGE * (i % 17));
      long now = table.find(START);
      reused += now == entry ? 1 : 0;
      entry = now;
      range.join(rest);
      range.unregister();
    }
    assertTrue(reused > 0, "always another entry");
    assertEquals(0, table.retiredBlocks());
    assertEquals(0, table.find(START));
  }
}
