package io.mman.internal.signal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.BitSet;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** The bits of a ledger against a BitSet. */
class LedgerProperties {
  private final RangeTable table = new RangeTable();

  @Property(tries = 300)
  void bitsAreThoseOfABitSet(@ForAll long seed, @ForAll @IntRange(min = 1, max = 3000) int pages) {
    Random random = new Random(seed);
    Ledger ledger = new Ledger(table, pages);
    BitSet model = new BitSet();
    if (ledger.bitmap() == 0) { // as a handler does
      assertEquals(0, ledger.nextIntact(0, pages));
      assertEquals(pages, ledger.nextLost(0, pages));
      Memory.put(ledger.address(), Memory.map(pages));
    }
    for (int i = 0; i < 40; i++) {
      int from = random.nextInt(pages);
      int to = from + random.nextInt(pages - from + 1);
      if (random.nextInt(3) == 0) {
        for (int bit = from; bit < to; bit++) {
          long word = ledger.bitmap() + (bit >> 6) * 8L;
          Memory.put(word, Memory.get(word) & ~(1L << bit));
        }
        model.clear(from, to);
      } else {
        for (int bit = from; bit < to; bit++) {
          long word = ledger.bitmap() + (bit >> 6) * 8L;
          Memory.put(word, Memory.get(word) | 1L << bit);
        }
        model.set(from, to);
      }
      int start = random.nextInt(pages + 1);
      int end = start + random.nextInt(pages - start + 1);
      int lost = model.nextSetBit(start);
      assertEquals(lost < 0 ? end : Math.min(lost, end), ledger.nextLost(start, end));
      assertEquals(Math.min(model.nextClearBit(start), end), ledger.nextIntact(start, end));
      assertEquals(model.get(start, end).cardinality(), ledger.count(start, end));
    }
    ledger.release();
  }
}
