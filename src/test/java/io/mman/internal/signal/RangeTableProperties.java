package io.mman.internal.signal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** The table against a TreeMap, searched by the machine code. */
class RangeTableProperties {
  private static final long BASE = 0x10_0000_0000L;
  private static final long PAGE = 4096;

  /** The machine code's search of a table. */
  private static final class Finder {
    private final MethodHandle find;

    Finder(RangeTable table) {
      byte[] code = HandlerCode.bytes();
      assumeTrue(code != null);
      CodePage page = CodePage.create(Objects.requireNonNull(code), table);
      find =
          Linker.nativeLinker()
              .downcallHandle(
                  MemorySegment.ofAddress(page.find()),
                  FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));
    }

    long find(long address) {
      try {
        return (long) find.invokeExact(address);
      } catch (Throwable e) {
        throw new AssertionError(e);
      }
    }
  }

  private final RangeTable table = new RangeTable();
  private final Finder finder = new Finder(table);

  /** The entries by their first addresses. */
  private final TreeMap<Long, Long> model = new TreeMap<>();

  @Property(tries = 60)
  void codeFindsWhatATreeMapFinds(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 2000) int steps) {
    Random random = new Random(seed);
    int space = 1 + random.nextInt(20 + steps * 4);
    try {
      for (int i = 0; i < steps; i++) {
        step(random, space);
        assertFound(BASE + random.nextLong(space * PAGE + 2));
      }
      model.keySet().forEach(this::assertFoundAround);
    } finally {
      model.forEach((start, entry) -> table.remove(start));
      model.clear();
    }
    assertEquals(0, finder.find(BASE));
    assertEquals(0, table.retiredBlocks());
  }

  private void step(Random random, int space) {
    long start = BASE + random.nextInt(space) * PAGE;
    Map.Entry<Long, Long> before = model.floorEntry(start);
    boolean isInside = before != null && start < Entry.end(before.getValue());
    switch (random.nextInt(5)) {
      case 0 -> {
        if (before != null) {
          table.remove(before.getKey());
          model.remove(before.getKey());
        }
      }
      case 1 -> {
        if (isInside) { // shorter
          long key = Objects.requireNonNull(before).getKey();
          long end =
              key + PAGE * (1 + random.nextLong((Entry.end(before.getValue()) - key) / PAGE));
          long entry = entry(key, end);
          table.replace(key, entry);
          model.put(key, entry);
        }
      }
      default -> {
        if (!isInside) {
          Long next = model.higherKey(start);
          long end =
              Math.min(start + PAGE * (1 + random.nextInt(9)), next == null ? start + PAGE : next);
          long entry = entry(start, end);
          table.insert(start, entry);
          model.put(start, entry);
        }
      }
    }
  }

  private long entry(long start, long end) {
    long entry = table.allocate(Entry.BYTES);
    long pages = (end - start) / PAGE;
    Ledger ledger = new Ledger(table, 1);
    Entry.write(entry, new Part(entry, start, pages, 0, ledger, 0, 1), new Origin(12, 0, -1), 0);
    return entry;
  }

  private void assertFoundAround(long start) {
    long end = Entry.end(model.get(start));
    for (long address : new long[] {start - 1, start, end - 1, end}) {
      assertFound(address);
    }
  }

  private void assertFound(long address) {
    Map.Entry<Long, Long> entry = model.floorEntry(address);
    long expected = entry != null && address < Entry.end(entry.getValue()) ? entry.getValue() : 0;
    assertEquals(expected, finder.find(address));
    assertEquals(expected, table.find(address));
  }

  /** Several roots' worth of leaves, filled in every order and emptied again. */
  @Property(tries = 3)
  void sixtyThousandRangesAreFound(@ForAll long seed) {
    int count = 60_000;
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      order.add(i);
    }
    Collections.shuffle(order, new Random(seed));
    for (int i : order) {
      long start = BASE + 2 * i * PAGE;
      long entry = entry(start, start + PAGE);
      table.insert(start, entry);
      model.put(start, entry);
    }
    for (int i = 0; i < count; i++) {
      assertFound(BASE + 2 * i * PAGE + 5);
      assertFound(BASE + (2 * i + 1) * PAGE);
    }
    for (int i : order.subList(0, count - 3)) {
      long start = BASE + 2 * i * PAGE;
      table.remove(start);
      model.remove(start);
    }
    assertEquals(3, model.size());
    model.keySet().forEach(this::assertFoundAround);
    for (int i : order.subList(count - 3, count)) {
      table.remove(BASE + 2 * i * PAGE);
    }
    model.clear();
    assertEquals(0, finder.find(BASE));
    assertTrue(table.retiredBlocks() == 0);
  }

  /** While handlers are in flight no block is used again; afterwards all are. */
  @Property(tries = 20)
  void blocksAreUsedAgainOnceNoHandlerCanKnowThem(@ForAll @IntRange(min = 0, max = 1) int epoch) {
    RangeTable own = new RangeTable();
    long context = own.context();
    long counter = context + 64 + 64L * epoch;
    Memory.put(counter, 1); // a handler that began in this epoch, or just before it ended
    long root = Memory.get(context);
    long leaf = Memory.get(root + 24);
    List<Long> leaves = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      own.insert(BASE + i * PAGE, 1);
      assertEquals(root, Memory.get(context));
      long newLeaf = Memory.get(root + 24);
      assertTrue(newLeaf != leaf && !leaves.contains(newLeaf));
      leaves.add(newLeaf);
    }
    assertTrue(own.retiredBlocks() > 0);
    Memory.put(counter, 0);
    own.insert(BASE - PAGE, 1);
    own.remove(BASE - PAGE);
    assertEquals(0, own.retiredBlocks());
    assertTrue(leaves.contains(Memory.get(root + 24)), "a block that is free is not used");
  }
}
