package io.mman.search;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.mman.Errno;
import io.mman.Mman;
import io.mman.MmanException;
import io.mman.internal.platform.Arch;
import io.mman.stress.FullDiskStorm;
import io.mman.stress.TruncationStorm;
import io.mman.survival.Reshaped;
import io.mman.testing.ChildJvm;
import io.mman.testing.Command;
import io.mman.testing.SmallDisk;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A search that finds nothing says something only if it would have found something. {@code
 * -Dmman.search.planted=20} has it find each fault from so many seeds.
 */
class PlantedFaultsTest {
  private static final int SEEDS = Integer.getInteger("mman.search.planted", 1);

  /** Two seconds are enough, except on a busy machine. */
  private static final long MOST_MILLIS = 300_000;

  private static final Set<PlantedFault> SURVIVAL =
      EnumSet.range(PlantedFault.ENTRY_OUTLIVES_PAGES, PlantedFault.COUNT_NOT_ATOMIC);

  private static final long FIRST_SURVIVING_SEED = 17;
  private static final int MOST_STORMS = 20;

  /** Faults that leave zeros in a page or change a count, which a search cannot tell. */
  private static final Set<PlantedFault> COUNTED =
      EnumSet.of(PlantedFault.RESTORE_DOES_NOT_WAIT, PlantedFault.COUNT_NOT_ATOMIC);

  /** An error of neither kind that a search finds: the classes do not fit together. */
  private static final Pattern BROKEN =
      Pattern.compile("\\b(?!Assertion|Internal)[A-Z]\\w*Error\\b");

  /** Faults that a search finds only after minutes, and seeks only on demand. */
  private static final Set<PlantedFault> RARE =
      EnumSet.of(
          PlantedFault.ENTRY_OUTLIVES_PAGES,
          PlantedFault.ENTRY_CHANGED_IN_PLACE,
          PlantedFault.SPLIT_NOT_ENTERED,
          PlantedFault.JOIN_NOT_ENTERED);

  @TempDir Path folder;

  static Stream<Arguments> faults() {
    boolean onDemand = Integer.getInteger("mman.search.planted") != null;
    return Arrays.stream(PlantedFault.values())
        .filter(fault -> !COUNTED.contains(fault))
        .filter(fault -> onDemand || !RARE.contains(fault))
        .flatMap(
            fault ->
                LongStream.range(0, SEEDS)
                    .mapToObj(i -> Arguments.of(fault, firstSeed(fault) + (i << 40))));
  }

  /** Only the model knows which bytes are missing, and some storms map only what survives. */
  private static long firstSeed(PlantedFault fault) {
    if (SURVIVAL.contains(fault)) {
      return FIRST_SURVIVING_SEED;
    }
    return fault == PlantedFault.DISCARD_ROUNDED_OUTWARD ? 0 : CrashSearchTest.FIRST_SEED;
  }

  @ParameterizedTest(name = "{0} from seed {1} on")
  @MethodSource("faults")
  void aSearchFinds(PlantedFault fault, long seed) throws IOException {
    assumeTrue(Mman.pageSize() == Step.PAGE, "the steps are made for pages of 4 KiB");
    if (SURVIVAL.contains(fault)) {
      assumeTrue(Mman.survivesBusErrors(), "the fault is in what survives bus errors");
    }
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

  @ParameterizedTest
  @EnumSource(names = {"SPLIT_NOT_ENTERED", "JOIN_NOT_ENTERED"})
  void aRegionThatIsSplitAndJoinedFinds(PlantedFault fault) throws IOException {
    assumeTrue(Mman.survivesBusErrors(), "the fault is in what survives bus errors");
    ChildJvm child = ChildJvm.of(Reshaped.class).withClassesBefore(fault.compileInto(folder));

    requireFound(() -> child.run(folder.toString(), "SPLIT_AND_JOINED"));
  }

  @Test
  void truncationStormFindsRestoringThatDoesNotWait() throws IOException {
    ChildJvm storm =
        ChildJvm.of(TruncationStorm.class)
            .withClassesBefore(PlantedFault.RESTORE_DOES_NOT_WAIT.compileInto(folder));

    requireFound(() -> storm.run(folder.toString(), "SELF", "1000"));
  }

  /** Two handlers have to count within nanoseconds, for which they need two processors. */
  @Test
  void fullDiskStormFindsCountThatIsNotAtomic() throws IOException {
    assumeTrue(Arch.current() == Arch.X86_64, "the fault is in its machine code");
    ChildJvm storm =
        ChildJvm.of(FullDiskStorm.class)
            .under(SmallDisk.TMPFS.mountedAt(folder))
            .withClassesBefore(PlantedFault.COUNT_NOT_ATOMIC.compileInto(folder));

    requireFound(() -> storm.run(SmallDisk.TMPFS.path(folder)));
  }

  private static void requireFound(Supplier<Command.Outcome> storm) {
    Command.Outcome outcome = storm.get();
    for (int i = 1; outcome.exitCode() == 0 && i < MOST_STORMS; i++) {
      outcome = storm.get();
    }
    assertNotEquals(0, outcome.exitCode(), "not found");
    assertTrue(outcome.err().contains("AssertionError"), outcome.err());
    assertFalse(BROKEN.matcher(outcome.err()).find(), outcome.err());
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
