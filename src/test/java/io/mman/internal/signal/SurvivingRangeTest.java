package io.mman.internal.signal;

import static java.nio.file.StandardOpenOption.WRITE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.mman.NativeFile;
import io.mman.testing.Samples;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What needs no fault: handlers are played by writes to the memory that they share. */
class SurvivingRangeTest {
  private static final long PAGE = 4096;
  private static final long START = 1L << 36;
  private static final long LENGTH = 16 * PAGE;
  private static final int READ_WRITE = 3;
  private static final long LEDGER = 40;
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
        range -> range.split(8 * PAGE),
        range -> range.cut(8 * PAGE));
  }

  @ParameterizedTest
  @MethodSource("changes")
  void changeWaitsForTheHandlersThatKnowTheEntry(Consumer<SurvivingRange> change)
      throws InterruptedException {
    SurvivingRange range = register(START, LENGTH);
    requireWait(START, () -> change.accept(range));
  }

  private void requireWait(long start, Runnable change) throws InterruptedException {
    long entry = table.find(start + 5);
    Memory.putVolatile(entry + USERS, 1);
    Thread thread = new Thread(change);
    thread.start();
    while (thread.isAlive() && thread.getState() != Thread.State.TIMED_WAITING) {
      Thread.onSpinWait();
    }
    assertTrue(thread.isAlive(), "it did not wait");
    assertEquals(1, Memory.getVolatile(entry + DEAD));
    assertNotEquals(entry, table.find(start + 5));
    Memory.putVolatile(entry + USERS, 0);
    thread.join();
  }

  /** They may have marked a page that they replace only after the file is mapped there. */
  @Test
  void restoringWaitsForTheHandlersThatMayBeReplacingPages(@TempDir Path folder) throws Exception {
    assumeTrue(BusHandler.isSupported());
    try (NativeFile file = NativeFile.open(Samples.file(folder, LENGTH), WRITE)) {
      long start = Memory.map(LENGTH);
      Origin origin = new Origin(12, READ_WRITE, file.fd());
      SurvivingRange range = SurvivingRange.register(table, start, LENGTH, LENGTH, origin, 0);
      Memory.put(Memory.get(Memory.get(table.find(start) + LEDGER)), 0b1100);

      requireWait(start, () -> range.restore(LENGTH, Victim.SHARED_FIXED));

      assertEquals(0, range.lost().count());
      byte[] bytes = Samples.bytes(Memory.segment(start, 5 * PAGE));
      assertArrayEquals(new byte[(int) PAGE], Arrays.copyOf(bytes, (int) PAGE));
      assertEquals(Samples.at(2 * PAGE), bytes[(int) (2 * PAGE)]);
      range.unregister();
      Memory.unmap(start, LENGTH);
    }
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

  /** Each part costs something whenever the range moves. */
  @Test
  void rangeThatGrowsPageByPageHasFewParts() {
    SurvivingRange range = register(START, PAGE);
    for (int i = 2; i <= 1024; i++) {
      range.resize(i * PAGE);
    }
    Set<Long> entries = new HashSet<>();
    for (int i = 0; i < 1024; i++) {
      entries.add(table.find(START + i * PAGE));
    }
    assertEquals(11, entries.size());
    range.unregister();
  }

  /** As after a munmap(2) that has failed. */
  @Test
  void pagesThatAreCutOffAndJoinedAgainStayMarked() {
    SurvivingRange range = register(START, LENGTH);
    Memory.put(Memory.get(Memory.get(table.find(START) + LEDGER)), 0b1011 << 6);
    SurvivingRange cut = range.cut(8 * PAGE);
    assertEquals(0, table.find(START + 8 * PAGE));
    cut.place(START + 8 * PAGE);
    range.join(cut);
    assertEquals(3, range.lost().count());
    assertEquals(table.find(START), table.find(START + LENGTH - 1));
    assertEquals(0, range.lostPages());
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

  /** The arena of a region may close during a change of the region. */
  @ParameterizedTest
  @MethodSource("changes")
  void rangeThatHasEndedIgnoresChanges(Consumer<SurvivingRange> change) {
    SurvivingRange range = register(START, LENGTH);
    range.unregister();

    change.accept(range);
    range.append(START, LENGTH, LENGTH, 0);
    range.resize(2 * PAGE);
    range.place(START);

    assertTrue(range.isEmpty());
    assertEquals(0, table.find(START));
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
