package io.mman.search;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.mman.Mman;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * Searches for a sequence of calls to the safe layer that costs a JVM, a byte, a descriptor or a
 * mapping, that hangs, or that ends in an exception which is not documented.
 *
 * <p>In JVMs of their own, sequences are done that depend on a seed only. Those of even seeds run
 * on one thread, beside a model of every byte. Those of odd seeds run on several: all calls of
 * mappings, regions, groups and files, for all lifetimes, with arguments of which some are
 * negative, huge or overflow, and with regions and files closed long ago; every view ever handed
 * out is kept and used in all ways.
 *
 * <pre>
 * mvn test -Dtest=CrashSearchTest                           twenty seconds, as every build does
 * mvn test -Dtest=CrashSearchTest -Dmman.search.minutes=60  an hour
 * mvn test -Dtest=CrashSearchTest -Dmman.search.seed=123 -Dmman.search.steps=4,7,12
 * </pre>
 *
 * <p>The last command does once more what a search has found; the failure names it. Without steps
 * all of the seed are done. A failure has been made as small as the time allowed: the steps are
 * printed, each with the numbers that its arguments were made of.
 */
class CrashSearchTest {
  static final long FIRST_SEED = 1;
  private static final long DEFAULT_MILLIS = 20_000;
  static final long MILLIS_OF_CHILD = 5_000;
  private static final long LONG_MILLIS_OF_CHILD = 30_000;
  private static final long MILLIS_OF_REPLAY = 10_000;
  private static final long MILLIS_TO_SHRINK = 60_000;
  private static final long MILLIS_OF_TRY = 1_500;

  @Test
  void noSequenceOfCallsCostsAnything() {
    assumeTrue(Mman.pageSize() == Step.PAGE, "the steps are made for pages of 4 KiB");
    CrashSearch search = new CrashSearch();
    Long seed = Long.getLong("mman.search.seed");
    Optional<CrashSearch.Finding> finding;
    if (seed != null) {
      String steps = System.getProperty("mman.search.steps", "all");
      finding = search.repeat(seed, steps, MILLIS_OF_REPLAY);
    } else {
      finding =
          search(search).map(new StepShrinker(search, MILLIS_TO_SHRINK, MILLIS_OF_TRY)::shrink);
    }
    finding.ifPresent(f -> fail(f.toString()));
  }

  /**
   * Builds try the same sequences every time, so that failures repeat; a long search tries new
   * ones.
   */
  private static Optional<CrashSearch.Finding> search(CrashSearch search) {
    Integer minutes = Integer.getInteger("mman.search.minutes");
    return minutes == null
        ? search.search(FIRST_SEED, DEFAULT_MILLIS, MILLIS_OF_CHILD)
        : search.search(
            System.currentTimeMillis() << 24 >>> 1, minutes * 60_000L, LONG_MILLIS_OF_CHILD);
  }
}
