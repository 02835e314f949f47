package io.mman.search;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.mman.Errno;
import io.mman.Mman;
import io.mman.MmanException;
import io.mman.internal.platform.Arch;
import io.mman.stress.FullDiskStorm;
import io.mman.stress.MappingStorm;
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

  /** Several times as long as it takes without a fault, with which it may hang. */
  private static final long STORM_SECONDS = 10;

  /** Faults that storms find, because they need more concurrency than a search has. */
  private static final Set<PlantedFault> OF_STORMS =
      EnumSet.of(
          PlantedFault.ENTRY_OUTLIVES_PAGES,
          PlantedFault.ENTRY_CHANGED_IN_PLACE,
          PlantedFault.RESTORE_DOES_NOT_WAIT,
          PlantedFault.COUNT_NOT_ATOMIC);

  /** An error of neither kind that a search finds: the classes do not fit together. */
  private static final Pattern BROKEN =
      Pattern.compile("\\b(?!Assertion|Internal)[A-Z]\\w*Error\\b");

  /**
   * Faults that a search may find after minutes, and that a region finds in a sequence of calls.
   */
  private static final Set<PlantedFault> RARE =
      EnumSet.of(PlantedFault.SPLIT_NOT_ENTERED, PlantedFault.JOIN_NOT_ENTERED);

  @TempDir Path folder;

  static Stream<Arguments> faults() {
    boolean onDemand = Integer.getInteger("mman.search.planted") != null;
    return Arrays.stream(PlantedFault.values())
        .filter(fault -> onDemand || !RARE.contains(fault))
        .filter(fault -> !OF_STORMS.contains(fault))
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

  @ParameterizedTest
  @EnumSource(names = {"ENTRY_CHANGED_IN_PLACE", "RESTORE_DOES_NOT_WAIT"})
  void truncationStormFinds(PlantedFault fault) throws IOException {
    ChildJvm storm =
        ChildJvm.of(TruncationStorm.class).withClassesBefore(fault.compileInto(folder));

    requireFound(() -> storm.runFor(STORM_SECONDS, folder.toString(), "SELF", "1000"));
  }

  @Test
  void mappingStormFindsEntryThatOutlivesItsPages() throws IOException {
    ChildJvm storm =
        ChildJvm.of(MappingStorm.class)
            .withClassesBefore(PlantedFault.ENTRY_OUTLIVES_PAGES.compileInto(folder));

    requireFound(() -> storm.run(folder.toString(), "1000"));
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

  /** A hang, and a crash, show a fault as well. */
  private static void requireFound(Supplier<Command.Outcome> storm) {
    for (int i = 0; i < MOST_STORMS; i++) {
      try {
        Command.Outcome outcome = storm.get();
        if (outcome.exitCode() != 0) {
          String what = outcome.out() + outcome.err();
          boolean signaled = outcome.exitCode() > 128; // even HotSpot may fail to report it
          assertTrue(signaled || what.contains("Error") || what.contains("SIG"), what);
          assertFalse(BROKEN.matcher(what).find(), what);
          return;
        }
      } catch (Command.Timeout hang) {
        return;
      }
    }
    fail("not found");
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
