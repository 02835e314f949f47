package io.mman.search;

import io.mman.model.ModelGame;
import io.mman.testing.ProcMaps;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;

/**
 * The JVM that does sequences, one after the other. It prints each one before it begins, and ends
 * with an exit code other than 0 at the first that fails, if it does not crash.
 *
 * <p>Arguments: a folder, the first seed, the steps, the milliseconds to go on, and how many to add
 * to the seed each time.
 */
final class SearchChild {
  static final String SEED = "seed ";
  private static final int TIMES = 10;

  private SearchChild() {}

  public static void main(String... arguments) throws Exception {
    Path folder = Path.of(arguments[0]);
    long seed = Long.parseLong(arguments[1]);
    long end = System.nanoTime() + 1_000_000 * Long.parseLong(arguments[3]);
    Crew crew = new Crew(Step.THREADS);
    Game game = Step.isStorm(seed) ? new Storm(crew, folder) : onOneThread(crew);
    do {
      System.out.println(SEED + seed);
      List<Step> steps = Step.some(seed, arguments[2]);
      try {
        play(game, seed, steps);
      } catch (Throwable e) {
        StringWriter trace = new StringWriter();
        e.printStackTrace(new PrintWriter(trace, true));
        System.out.println(trace);
        Runtime.getRuntime().halt(1); // others may hang
      }
      seed += Long.parseLong(arguments[4]);
    } while (System.nanoTime() - end < 0);
    Runtime.getRuntime().halt(0);
  }

  private static Game onOneThread(Crew crew) {
    return (seed, steps) -> {
      crew.all(
          thread -> {
            if (thread == 0) {
              ModelGame.play(seed, steps);
            }
          });
      Remains.check(false, false);
      return false;
    };
  }

  /** The JVM itself sometimes allocates address space; a leak does so every time. */
  private static void play(Game game, long seed, List<Step> steps) throws Exception {
    long grown = 0;
    for (int i = 0; i < TIMES; i++) {
      long before = ProcMaps.statusBytes("VmSize");
      boolean leavesPages = game.play(seed, steps);
      grown = ProcMaps.statusBytes("VmSize") - before;
      if (!leavesPages && grown > 0) {
        System.gc(); // for the regions of automatic arenas
        Thread.sleep(10);
        grown = ProcMaps.statusBytes("VmSize") - before;
      }
      if (leavesPages || grown <= 0) {
        return;
      }
    }
    throw new AssertionError("leaked address space: " + grown + " bytes each time");
  }
}
