package io.mman.model;

import io.mman.MappedRegion;
import io.mman.Mman;
import io.mman.NativeFile;
import io.mman.Protection;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A region and its expected state. */
final class ModelRegion {
  static final int PAGE = (int) Mman.pageSize();

  /** How it was mapped. */
  record Origin(
      @Nullable ModelFile file, @Nullable NativeFile opened, boolean shared, boolean borrowed) {}

  final MappedRegion real;
  final Origin origin;

  /** The first byte in the file; 0 for memory. */
  final int offset;

  int size;
  Protection protection;

  /** The size up to which it grows in place, or -1. */
  int reserve;

  /** Bytes that its pages are rounded up to. */
  int rounding;

  /** Whether the file was opened for writing, for all of it. */
  boolean writable;

  /** Whether it keeps a descriptor of the path that it was mapped from. */
  boolean keepsFile;

  /** Whether the descriptor with which it grows is open for writing. */
  boolean canExtendFile;

  int pins;
  boolean closed;
  boolean locked;

  /** All views handed out before the last change of it are revoked. */
  int generation;

  /** The region that certainly follows it in memory. */
  @Nullable ModelRegion next;

  /** The bytes of a region of memory. */
  private byte[] memory;

  /** Pages of the file that this region has copies of. */
  private final Map<Integer, byte[]> copies = new HashMap<>();

  ModelRegion(
      MappedRegion real, Origin origin, int offset, int size, Protection protection, int reserve) {
    this.real = real;
    this.origin = origin;
    this.offset = offset;
    this.size = size;
    this.protection = protection;
    this.reserve = reserve;
    this.memory = new byte[origin.file == null ? size : 0];
  }

  /** Bytes of the first page before the region. */
  int head() {
    return offset % PAGE;
  }

  boolean isRevocable() {
    return !origin.borrowed && pins == 0;
  }

  boolean isFile() {
    return origin.file != null;
  }

  /** Returns whether it occupies address space. */
  boolean hasPages() {
    return size > 0 || (reserve >= 0 && head() + reserve > 0);
  }

  /** Bytes from the first page on that it has, its reserve included. */
  int capacity() {
    int used = size == 0 ? 0 : head() + size;
    int bytes = Math.max(used, reserve < 0 ? 0 : head() + reserve);
    return Math.ceilDiv(bytes, rounding) * rounding;
  }

  void resize(int newSize) {
    size = newSize;
    if (!isFile()) {
      memory = Arrays.copyOf(memory, newSize);
    }
    int end = newSize == 0 ? 0 : Math.ceilDiv(offset + newSize, PAGE);
    copies.keySet().removeIf(page -> page >= end);
  }

  byte[] bytes() {
    if (!isFile() || size == 0) { // an empty one may lie after the end of the file
      return memory;
    }
    byte[] all = Arrays.copyOfRange(origin.file.bytes, offset, offset + size);
    copies.forEach(
        (page, copy) -> {
          int from = Math.max(offset, page * PAGE);
          int to = Math.min(offset + size, (page + 1) * PAGE);
          if (from < to) {
            System.arraycopy(copy, from - page * PAGE, all, from - offset, to - from);
          }
        });
    return all;
  }

  void set(int at, byte value) {
    if (!isFile()) {
      memory[at] = value;
    } else if (origin.shared) {
      origin.file.bytes[offset + at] = value;
    } else {
      copy(at, 1);
      copies.get((offset + at) / PAGE)[(offset + at) % PAGE] = value;
    }
  }

  /** Copies pages of the file that it has no copies of yet, as the first write to them does. */
  void copy(int from, int length) {
    int first = (offset + from) / PAGE;
    int end = length == 0 ? first : Math.ceilDiv(offset + from + length, PAGE);
    for (int page = first; isFile() && page < end; page++) {
      copies.computeIfAbsent(page, p -> origin.file.page(p, PAGE));
    }
  }

  /** Forgets the pages that lie in a range completely, and the last one of the region. */
  void discard(int from, int length) {
    int start = Math.ceilDiv(offset + from, PAGE);
    int end = offset + from + length;
    int endPage = from + length == size ? Math.ceilDiv(end, PAGE) : end / PAGE;
    copies.keySet().removeIf(page -> start <= page && page < endPage);
    if (!isFile() && !origin.shared && start < endPage) {
      Arrays.fill(memory, start * PAGE, Math.min(size, endPage * PAGE), (byte) 0);
    }
  }

  /** Zeroes the pages that lie completely in a range, for all who share them. */
  void remove(int from, int length) {
    int start = Math.ceilDiv(offset + from, PAGE) * PAGE;
    int end = (offset + from + length) / PAGE * PAGE;
    if (start < end) {
      Arrays.fill(isFile() ? origin.file.bytes : memory, start, end, (byte) 0);
    }
  }

  /** Splits off the part from an offset on, whose size is 0 if it has no page. */
  ModelRegion split(MappedRegion rest, int at) {
    boolean takesPages = at == 0 || ((head() + at) % PAGE == 0 && head() + at < capacity());
    int restReserve = takesPages && reserve >= 0 ? reserve - at : -1;
    ModelRegion other =
        new ModelRegion(
            rest, origin, isFile() ? offset + at : 0, size - at, protection, restReserve);
    other.locked = locked;
    other.rounding = rounding;
    other.writable = writable;
    other.keepsFile = keepsFile;
    other.canExtendFile = canExtendFile;
    if (!isFile()) {
      other.memory = Arrays.copyOfRange(memory, at, size);
    }
    if (size > at) {
      int firstPage = (offset + at) / PAGE;
      copies.forEach((page, copy) -> other.copies.put(page, copy));
      other.copies.keySet().removeIf(page -> page < firstPage);
    }
    reserve = takesPages ? -1 : reserve;
    resize(at);
    generation++;
    other.next = next;
    next = other;
    return other;
  }

  void join(ModelRegion other) {
    if (other.hasPages()) {
      rounding = hasPages() ? rounding : other.rounding;
      writable = other.writable && (writable || !hasPages());
      reserve = other.reserve < 0 ? -1 : size + other.reserve;
    }
    int old = size;
    size += other.size;
    memory = Arrays.copyOf(memory, isFile() ? 0 : size);
    System.arraycopy(other.memory, 0, memory, isFile() ? 0 : old, other.memory.length);
    copies.putAll(other.copies);
    locked |= other.locked;
    generation++;
    other.closed = true;
    // Nothing is known to follow a part without pages.
    boolean follows = other.hasPages() && other.next != this;
    next = follows ? other.next : null;
  }
}
