package io.mman.search;

import io.mman.NativeFile;
import io.mman.Pin;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.stream.IntStream;

/** The objects that the threads of one sequence use; all of them are kept, open or closed. */
final class World {
  private static final int MOST_VIEWS = 4096;
  private static final AtomicInteger PATTERNS = new AtomicInteger();

  /** An arena, and the thread that has to close it, or null. */
  record Lender(Arena arena, Thread owner, Held.Kind kind) {}

  /** A file, and its contents. */
  record Shelf(NativeFile file, Pattern pattern) {}

  final Path folder;

  /** A file that is mapped by its path, and never truncated. */
  final Shelf fixed;

  /** A file that is mapped only by regions that survive its truncation. */
  final Shelf unsteady;

  final Handovers handovers = new Handovers();
  final AtomicReferenceArray<Held> regions = new AtomicReferenceArray<>(Step.SLOTS);
  final AtomicReferenceArray<Lender> lenders = new AtomicReferenceArray<>(Step.SLOTS / 2);
  final AtomicReferenceArray<Shelf> files = new AtomicReferenceArray<>(Step.SLOTS / 3);
  final AtomicReferenceArray<Pin> pins = new AtomicReferenceArray<>(Step.SLOTS / 2);

  final Queue<Held> allRegions = new ConcurrentLinkedQueue<>();
  final Queue<Lender> allLenders = new ConcurrentLinkedQueue<>();
  final Queue<Shelf> allFiles = new ConcurrentLinkedQueue<>();
  final Queue<Pin> allPins = new ConcurrentLinkedQueue<>();

  private final AtomicReferenceArray<Held.View> views = new AtomicReferenceArray<>(MOST_VIEWS);
  private final AtomicInteger viewCount = new AtomicInteger();

  World(Path folder, Shelf fixed, Shelf unsteady) {
    this.folder = folder;
    this.fixed = fixed;
    this.unsteady = unsteady;
    allFiles.add(unsteady);
  }

  static Pattern newPattern(boolean ofFile) {
    return new Pattern(PATTERNS.incrementAndGet(), ofFile);
  }

  void put(int slot, Held held) {
    allRegions.add(held);
    regions.set(slot, held);
  }

  void add(Held.View view) {
    int index = viewCount.getAndIncrement();
    if (index < MOST_VIEWS) {
      views.set(index, view);
    }
  }

  /** Returns a view, one of the latest three times of four; null where there is none yet. */
  Held.View view(int pick) {
    int count = Math.min(viewCount.get(), MOST_VIEWS);
    if (count == 0) {
      return null;
    }
    int last = Math.min(count, 4);
    int index = (pick & 3) == 0 ? (pick >> 2) % count : count - 1 - (pick >> 2) % last;
    return views.get(index); // not there yet, so none
  }

  /** Returns every view that was handed out. */
  List<Held.View> allViews() {
    return IntStream.range(0, Math.min(viewCount.get(), MOST_VIEWS)).mapToObj(views::get).toList();
  }

  /** Returns whether something of this sequence stays mapped until the JVM ends. */
  boolean leavesPages() {
    return has(Held.Kind.GLOBAL)
        || allRegions.stream().anyMatch(held -> held.lineage().maybeSealed());
  }

  boolean has(Held.Kind kind) {
    return allRegions.stream().anyMatch(held -> held.lineage().kind == kind);
  }
}
