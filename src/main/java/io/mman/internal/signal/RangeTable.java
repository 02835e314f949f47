package io.mman.internal.signal;

/**
 * Maps the first address of each registered range to its {@link Entry}. Handlers search it without
 * a lock, in about log2(n) steps.
 *
 * <p>The root and the leaves are blocks of the same form: the number of pairs, padding to 16 bytes,
 * then pairs of a key and a pointer, sorted by keys. A pair of the root points to a leaf, whose
 * keys are not below that of the pair; the first key of the root is 0. A pair of a leaf points to
 * an entry. A block is never changed once it can be found, except that a pointer may be replaced by
 * another: a change makes a copy of a leaf and replaces its pointer, or a copy of the root. No leaf
 * is empty, unless it is the only one; so a range that contains an address begins in the leaf of
 * that address, or is the last one of the leaf before.
 *
 * <p>Ranges are disjoint, except that a split or a join may for a moment have one in another. All
 * methods take the lock of the table.
 */
final class RangeTable {
  /** The maximum number of pairs in a leaf. */
  static final int LEAF_PAIRS = 127;

  private static final long PAIRS = 16;
  private static final long PAIR = 16;
  private static final long POINTER = 8;

  private final BlockPool pool = new BlockPool();
  private final long context = pool.context();

  RangeTable() {
    long root = block(1);
    Memory.put(pair(root, 0), 0);
    Memory.put(pair(root, 0) + POINTER, block(0));
    Memory.putVolatile(context, root);
  }

  /** Returns the address of the structure from which handlers start. */
  long context() {
    return context;
  }

  /** Returns a block of memory with arbitrary contents, for what the entries point to. */
  synchronized long allocate(long bytes) {
    return pool.allocate(bytes);
  }

  /** Gives back a block that no handler can be reading. */
  synchronized void free(long block, long bytes) {
    pool.free(block, bytes);
  }

  /** Gives back a dead entry, whose address handlers in flight may still know. */
  synchronized void retireEntry(long entry) {
    pool.retire(entry, Entry.BYTES);
    pool.reclaim();
  }

  /** Returns the number of blocks that wait for handlers. */
  synchronized int retiredBlocks() {
    return pool.retiredBlocks();
  }

  /** Adds an entry under a key that the table does not have. */
  synchronized void insert(long key, long entry) {
    long root = Memory.get(context);
    int index = countUpTo(root, key) - 1;
    long slot = pair(root, index) + POINTER;
    long leaf = Memory.get(slot);
    if (size(leaf) == LEAF_PAIRS) {
      split(root, index, leaf);
      insert(key, entry);
      return;
    }
    Memory.putVolatile(slot, with(leaf, countUpTo(leaf, key), key, entry));
    retire(leaf);
    pool.reclaim();
  }

  /** Replaces the entry of a key by another. */
  synchronized void replace(long key, long entry) {
    Memory.putVolatile(slotOf(key), entry);
  }

  /** Removes the entry of a key. A handler in flight may still use it. */
  synchronized void remove(long key) {
    long root = Memory.get(context);
    int index = countUpTo(root, key) - 1;
    long slot = pair(root, index) + POINTER;
    long leaf = Memory.get(slot);
    int position = requirePosition(leaf, key);
    if (size(leaf) == 1 && size(root) > 1) {
      long smaller = without(root, index);
      Memory.put(pair(smaller, 0), 0); // where the first pair is the one removed
      Memory.putVolatile(context, smaller);
      retire(root);
    } else {
      Memory.putVolatile(slot, without(leaf, position));
    }
    retire(leaf);
    pool.reclaim();
  }

  /** Returns the entry that contains an address, or 0, by the steps of the machine code. */
  synchronized long find(long address) {
    long root = Memory.get(context);
    long pair = pair(root, countUpTo(root, address) - 1);
    long leaf = Memory.get(pair + POINTER);
    int count = countUpTo(leaf, address);
    if (count == 0 && pair > pair(root, 0)) {
      leaf = Memory.get(pair - PAIR + POINTER);
      count = size(leaf);
    }
    if (count == 0) {
      return 0;
    }
    long entry = Memory.get(pair(leaf, count - 1) + POINTER);
    return address < Entry.end(entry) ? entry : 0;
  }

  private long slotOf(long key) {
    long root = Memory.get(context);
    long leaf = Memory.get(pair(root, countUpTo(root, key) - 1) + POINTER);
    return pair(leaf, requirePosition(leaf, key)) + POINTER;
  }

  private static int requirePosition(long leaf, long key) {
    int position = countUpTo(leaf, key) - 1;
    if (position < 0 || Memory.get(pair(leaf, position)) != key) {
      throw new IllegalStateException("not in the table: 0x" + Long.toHexString(key));
    }
    return position;
  }

  /** Replaces a full leaf by two halves, in a new root. */
  private void split(long root, int index, long leaf) {
    int half = LEAF_PAIRS / 2;
    long low = block(half);
    Memory.copy(pair(leaf, 0), pair(low, 0), half * PAIR);
    long high = block(LEAF_PAIRS - half);
    Memory.copy(pair(leaf, half), pair(high, 0), (LEAF_PAIRS - half) * PAIR);
    long larger = with(root, index + 1, Memory.get(pair(high, 0)), high);
    Memory.put(pair(larger, index) + POINTER, low);
    Memory.putVolatile(context, larger);
    retire(root);
    retire(leaf);
    pool.reclaim();
  }

  /** Returns a copy of a block with one more pair. */
  private long with(long block, int position, long key, long pointer) {
    int count = size(block);
    long copy = block(count + 1);
    Memory.copy(pair(block, 0), pair(copy, 0), position * PAIR);
    Memory.put(pair(copy, position), key);
    Memory.put(pair(copy, position) + POINTER, pointer);
    Memory.copy(pair(block, position), pair(copy, position + 1), (count - position) * PAIR);
    return copy;
  }

  /** Returns a copy of a block with one pair less. */
  private long without(long block, int position) {
    int count = size(block) - 1;
    long copy = block(count);
    Memory.copy(pair(block, 0), pair(copy, 0), position * PAIR);
    Memory.copy(pair(block, position + 1), pair(copy, position), (count - position) * PAIR);
    return copy;
  }

  /** Returns the number of pairs whose key is not above the given one. */
  private static int countUpTo(long block, long key) {
    int low = 0;
    int high = size(block);
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (Memory.get(pair(block, middle)) <= key) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private long block(int pairs) {
    long block = pool.allocate(bytes(pairs));
    Memory.put(block, pairs);
    return block;
  }

  private void retire(long block) {
    pool.retire(block, bytes(size(block)));
  }

  private static long bytes(int pairs) {
    return PAIRS + pairs * PAIR;
  }

  private static int size(long block) {
    return (int) Memory.get(block);
  }

  private static long pair(long block, int index) {
    return block + PAIRS + index * PAIR;
  }
}
