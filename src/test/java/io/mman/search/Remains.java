package io.mman.search;

import io.mman.testing.OpenFiles;
import io.mman.testing.ProcMaps;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Descriptors and mappings that are left after everything is closed. */
final class Remains {
  private static final int STANDARD_ERROR = 2;
  private static final String DELETED = " (deleted)";
  private static final int TRIES = 50;
  private static final List<ProcMaps.Area> FOR_EVER = new ArrayList<>();

  private static final Set<Map.Entry<Integer, String>> OPEN_FOR_EVER = new HashSet<>();

  private Remains() {}

  /**
   * Fails if files are still open or mapped that only the regions of one sequence can hold.
   *
   * @param pages whether some may stay mapped, for ever
   * @param garbage whether some are mapped until the garbage is collected
   */
  static void check(boolean pages, boolean garbage) throws InterruptedException {
    List<Map.Entry<Integer, String>> open = open();
    for (int i = 0; garbage && !open.isEmpty() && i < TRIES; i++) {
      collect(i);
      open = open();
    }
    if (pages) {
      OPEN_FOR_EVER.addAll(open);
    } else if (!open.isEmpty()) {
      throw new AssertionError("leaked descriptors: " + open);
    }
    List<ProcMaps.Area> mapped = mapped();
    for (int i = 0; garbage && !mapped.isEmpty() && i < TRIES; i++) {
      collect(i);
      mapped = mapped();
    }
    if (pages) {
      FOR_EVER.addAll(mapped);
    } else if (!mapped.isEmpty()) {
      throw new AssertionError("leaked mappings: " + mapped);
    }
  }

  private static void collect(int attempt) throws InterruptedException {
    System.gc();
    Thread.sleep(1 + attempt); // the Cleaner's thread unmaps and closes
  }

  /** A region of a path with a reserve keeps a descriptor as long as its pages. */
  private static List<Map.Entry<Integer, String>> open() {
    return OpenFiles.all().entrySet().stream()
        .filter(e -> e.getKey() > STANDARD_ERROR && isOfSequence(e.getValue()))
        .map(e -> Map.entry(e.getKey(), e.getValue().replace(DELETED, "")))
        .filter(e -> !OPEN_FOR_EVER.contains(e))
        .toList();
  }

  private static List<ProcMaps.Area> mapped() {
    return ProcMaps.all().stream()
        .filter(area -> isMarked(area.path()) && !isForEver(area))
        .toList();
  }

  private static boolean isForEver(ProcMaps.Area area) {
    return FOR_EVER.stream().anyMatch(a -> a.start() <= area.start() && area.end() <= a.end());
  }

  /** Two files are used by all sequences, and stay open until the JVM ends. */
  private static boolean isOfSequence(String path) {
    return isMarked(path) && !path.endsWith("/fixed") && !path.endsWith("/sink");
  }

  private static boolean isMarked(String path) {
    return path.contains(FileOps.MARK) || path.contains("mman-model");
  }
}
