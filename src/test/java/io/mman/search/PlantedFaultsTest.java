package io.mman.search;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.mman.Errno;
import io.mman.Mman;
import io.mman.MmanException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A search that finds nothing says something only if it would have found something. {@code
 * -Dmman.search.planted=20} has it find each fault from so many seeds.
 */
class PlantedFaultsTest {
  private static final int SEEDS = Integer.getInteger("mman.search.planted", 1);

  /** Two seconds are enough, except on a busy machine. */
  private static final long MOST_MILLIS = 300_000;

  /** An error of neither kind that a search finds: the classes do not fit together. */
  private static final Pattern BROKEN =
      Pattern.compile("\\b(?!Assertion|Internal)[A-Z]\\w*Error\\b");

  @TempDir Path folder;

  static Stream<Arguments> faults() {
    return Arrays.stream(PlantedFault.values())
        .flatMap(
            fault ->
                LongStream.range(0, SEEDS)
                    .mapToObj(i -> Arguments.of(fault, firstSeed(fault) + (i << 40))));
  }

  /** Only the model knows which bytes are missing. */
  private static long firstSeed(PlantedFault fault) {
    return fault == PlantedFault.DISCARD_ROUNDED_OUTWARD ? 0 : CrashSearchTest.FIRST_SEED;
  }

  @ParameterizedTest(name = "{0} from seed {1} on")
  @MethodSource("faults")
  void aSearchFinds(PlantedFault fault, long seed) throws IOException {
    assumeTrue(Mman.pageSize() == Step.PAGE, "the steps are made for pages of 4 KiB");
    if (fault == PlantedFault.RIGHTS_NOT_RESTORED) {
      assumeFalse(lacksMseal(), "only a sealed page, Linux 6.10, makes mprotect fail half-way");
    }
    CrashSearch search = new CrashSearch(fault.compileInto(folder));

    Optional<CrashSearch.Finding> finding =
        search.search(seed, MOST_MILLIS, CrashSearchTest.MILLIS_OF_CHILD);

    assertTrue(finding.isPresent(), "not found");
    String what = finding.get().what();
    assertFalse(BROKEN.matcher(what).find(), what);
  }

  private static boolean lacksMseal() {
    try {
      Mman.mseal(MemorySegment.NULL);
      return false;
    } catch (MmanException e) {
      return e.error() == Errno.ENOSYS;
    }
  }
}
