package io.mman.examples;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import io.mman.change.Commit;
import io.mman.change.StagedRegion;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiPredicate;

/**
 * A sorted map from byte arrays to byte arrays in a file that survives crashes: a B+ tree on a
 * {@link StagedRegion}. All changes since the last commit are committed together or not at all, so
 * the tree can be changed in place. Closing discards uncommitted changes. One thread at a time may
 * use it.
 *
 * <p>The first page is the header and the second one is the root. Entries are sorted by key. On
 * level 0, which consists of the leaves, an entry is a key and its value; above, it is a lower
 * bound of the keys of a page and the offset of that page. Going down, full pages are split and
 * small ones merged.
 */
public final class PageStore implements AutoCloseable {
  static final int MAX_KEY = 255; // bytes
  static final int MAX_VALUE = 512; // bytes
  static final int PAGE = 4096; // bytes, independent of the page size of the system
  static final int MIN_SIZE = 16 * PAGE; // of the file, in bytes
  private static final long MAGIC = 0x65726f7453656750L; // "PgeStore", at the start of the header
  private static final long VERSION = 8; // offset in the header
  private static final long FREE = 16; // offset in the header: the first free page
  private static final long ROOT = PAGE; // an offset, as for all pages and entries
  private static final long USED = 8; // offset in a page: bytes in use; the level is at 0
  private static final long HEAD = 16; // bytes before the entries, and of the lengths in an entry
  private static final long FULL = PAGE - HEAD - MAX_KEY - MAX_VALUE;

  private final StagedRegion file;

  /** Opens a store with a journal next to it. Creates it if the file does not exist or is empty. */
  public PageStore(Path path) {
    Path journal = Path.of(path + ".journal");
    boolean isNew = path.toFile().length() == 0;
    file = isNew ? StagedRegion.open(path, MIN_SIZE, journal) : StagedRegion.open(path, journal);
    boolean isZero = file.segment().mismatch(MemorySegment.ofArray(new byte[MIN_SIZE])) < 0;
    boolean isStore = isZero || file.size() >= MIN_SIZE && get(0) == MAGIC;
    if (!isStore || !isZero && get(VERSION) != 1) {
      close();
      String problem = isStore ? " has an unknown version" : " is not a page store";
      throw new IllegalArgumentException(path + problem);
    }
  }

  /** Returns the value of a key, or null if it has none. */
  public byte[] get(byte[] key) {
    long page = ROOT;
    while (get(page) > 0) {
      page = get(find(page, key) + HEAD);
    }
    long entry = find(page, key);
    return entry < end(page) && Arrays.equals(key(entry), key) ? value(entry) : null;
  }

  /** Passes entries in order to a visitor until it returns false. It must not change the store. */
  public void scan(byte[] from, BiPredicate<byte[], byte[]> visitor) {
    scan(ROOT, from, visitor);
  }

  private boolean scan(long page, byte[] from, BiPredicate<byte[], byte[]> test) {
    boolean goesOn = true;
    for (long at = find(page, from); goesOn && at < end(page); at = next(at)) {
      goesOn = get(page) > 0 ? scan(get(at + HEAD), from, test) : test.test(key(at), value(at));
    }
    return goesOn;
  }

  /** Deletes a key and its value, and returns whether the key existed. */
  public boolean delete(byte[] key) {
    boolean isFound = get(key) != null;
    if (isFound) {
      long leaf = prepare(key);
      long entry = find(leaf, key);
      move(leaf, next(entry), entry);
    }
    return isFound;
  }

  /** Sets the value of a key. If this throws an exception, no entry has changed. */
  public void put(byte[] key, byte[] value) {
    if (key.length > MAX_KEY || value.length > MAX_VALUE) {
      String sizes = key.length + " and " + value.length + " bytes, at most 255 and 512";
      throw new IllegalArgumentException("the key or the value is too large: " + sizes);
    }
    long leaf = prepare(key);
    long entry = find(leaf, key);
    if (entry < end(leaf) && Arrays.equals(key(entry), key)) {
      move(leaf, next(entry), entry);
    }
    insert(leaf, entry, key, value);
  }

  private void insert(long page, long entry, byte[] key, byte[] value) {
    move(page, entry, entry + HEAD + value.length + key.length);
    set(entry, value.length);
    set(entry + 8, key.length);
    MemorySegment.copy(value, 0, file.segment(), JAVA_BYTE, entry + HEAD, value.length);
    MemorySegment.copy(key, 0, file.segment(), JAVA_BYTE, entry + HEAD + value.length, key.length);
  }

  /** Returns the leaf of a key, after splitting full pages and merging small ones on the way. */
  private long prepare(byte[] key) {
    if (get(0) == 0) { // a file of zeros is an empty store
      set(0, MAGIC);
      set(VERSION, 1);
      set(FREE, ROOT + PAGE);
      set(ROOT + USED, HEAD);
    }
    if (get(ROOT + USED) > FULL) { // the tree grows at the root, which stays in place
      long copy = copy(ROOT);
      set(ROOT, get(ROOT) + 1);
      set(ROOT + USED, HEAD);
      insert(ROOT, ROOT + HEAD, new byte[0], new byte[Long.BYTES]);
      set(ROOT + HEAD + HEAD, copy);
    }
    long page = ROOT;
    while (get(page) > 0) {
      long entry = find(page, key);
      if (get(get(entry + HEAD) + USED) > FULL) {
        split(page, entry);
      } else if (next(entry) < end(page)) {
        merge(page, entry, next(entry));
      }
      page = get(find(page, key) + HEAD);
    }
    return page;
  }

  private void split(long parent, long entry) {
    long left = get(entry + HEAD);
    long right = copy(left);
    long size = HEAD;
    while (size < get(left + USED) / 2) {
      size = next(left + size) - left;
    }
    insert(parent, next(entry), key(left + size), new byte[Long.BYTES]);
    set(next(entry) + HEAD, right);
    move(left, end(left), left + size);
    move(right, right + size, right + HEAD);
  }

  /** Merges two pages if that leaves some room in the merged page. */
  private void merge(long parent, long entry, long next) {
    long left = get(entry + HEAD);
    long right = get(next + HEAD);
    long end = end(left);
    long size = get(right + USED) - HEAD;
    if (get(left + USED) + size < PAGE * 3 / 4) {
      move(left, end, end + size);
      MemorySegment.copy(file.segment(), right + HEAD, file.segment(), end, size);
      move(parent, next(next), next);
      set(right, get(FREE));
      set(FREE, right);
    }
  }

  private long copy(long page) {
    if (get(FREE) == file.size()) {
      grow();
    }
    long copy = get(FREE);
    long next = get(copy); // 0 if neither the page nor any page after it was ever used
    set(FREE, next > 0 ? next : copy + PAGE);
    MemorySegment.copy(file.segment(), page, file.segment(), copy, PAGE);
    return copy;
  }

  /** Extends the file. This needs a commit, during which uncommitted changes are set aside. */
  private void grow() {
    List<Runnable> changes = new ArrayList<>();
    var ranges = file.changes();
    ranges.forEach(
        (at, length) -> {
          byte[] old = file.segment().asSlice(at, length).toArray(JAVA_BYTE);
          changes.add(() -> MemorySegment.copy(old, 0, file.segment(), JAVA_BYTE, at, old.length));
        });
    try {
      file.rollback();
      file.extend(2 * file.size());
      file.commit();
    } finally {
      changes.forEach(Runnable::run);
    }
  }

  /** Moves the entries of a page that begin at an offset to another offset. */
  private void move(long page, long from, long to) {
    MemorySegment.copy(file.segment(), from, file.segment(), to, end(page) - from);
    set(page + USED, get(page + USED) + to - from);
  }

  /** Returns the first entry at or after a key; above the leaves, the one that leads to the key. */
  private long find(long page, byte[] key) {
    boolean isLeaf = get(page) == 0;
    long before = page + HEAD;
    long at = before;
    while (at < end(page) && Arrays.compareUnsigned(key(at), key) < (isLeaf ? 0 : 1)) {
      before = at;
      at = next(at);
    }
    return isLeaf ? at : before;
  }

  private long end(long page) {
    return page + get(page + USED);
  }

  private long next(long entry) {
    return entry + HEAD + get(entry) + get(entry + 8);
  }

  private byte[] value(long entry) {
    return file.segment().asSlice(entry + HEAD, get(entry)).toArray(JAVA_BYTE);
  }

  private byte[] key(long entry) {
    return file.segment().asSlice(entry + HEAD + get(entry), get(entry + 8)).toArray(JAVA_BYTE);
  }

  private long get(long at) {
    return file.segment().get(JAVA_LONG_UNALIGNED, at);
  }

  private void set(long at, long value) {
    file.segment().set(JAVA_LONG_UNALIGNED, at, value);
  }

  /** Writes either all changes to the medium or none. */
  public Commit commit() {
    return file.commit();
  }

  /** Discards all changes since the last commit. */
  public void rollback() {
    file.rollback();
  }

  @Override
  public void close() {
    file.close();
  }
}
