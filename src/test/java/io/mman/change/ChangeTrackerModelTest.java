package io.mman.change;

import static io.mman.change.Tracked.PAGE;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.mman.Advice;
import io.mman.MappedRegion;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.BitSet;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Compares takes with a model of the pages, for writes of all kinds. */
class ChangeTrackerModelTest {
  private static final int PAGES = 3000;
  private static final int ROUNDS = Integer.getInteger("mman.trackingRounds", 15);

  private static final MethodHandle MEMSET =
      Linker.nativeLinker()
          .downcallHandle(
              Linker.nativeLinker().defaultLookup().find("memset").orElseThrow(),
              FunctionDescriptor.of(
                  ValueLayout.ADDRESS,
                  ValueLayout.ADDRESS,
                  ValueLayout.JAVA_INT,
                  ValueLayout.JAVA_LONG));

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource
  void everyChangeIsFound(Tracked kind) throws Throwable {
    assumeTrue(ChangeTracker.isSupported(), "the kernel cannot track changes");
    long seed = System.nanoTime();
    Path source = Files.write(folder.resolve("source"), new byte[(int) (20 * PAGE)]);
    try (MappedRegion region = kind.map(folder, PAGES * PAGE);
        FileChannel channel = FileChannel.open(source, StandardOpenOption.READ)) {
      Game game = new Game(kind, region, channel, new Random(seed));
      for (int session = 0; session < 3; session++) {
        try (ChangeTracker tracker = ChangeTracker.of(region)) {
          game.changed.clear();
          for (int round = 0; round < ROUNDS; round++) {
            game.play();
            game.check(tracker.take(), "seed " + seed + ", session " + session + ":" + round);
          }
        }
        game.play(); // not tracked
      }
    }
  }

  /** A region with a model of its changed pages. */
  private record Game(
      Tracked kind, MappedRegion region, FileChannel source, Random random, BitSet changed) {

    Game(Tracked kind, MappedRegion region, FileChannel source, Random random) {
      this(kind, region, source, random, new BitSet());
    }

    void play() throws Throwable {
      int steps = random.nextInt(4) == 0 ? 4000 : random.nextInt(60);
      for (int step = 0; step < steps; step++) {
        step();
      }
    }

    private void step() throws Throwable {
      long offset = random.nextLong(region.size());
      long length = Math.min(1 + random.nextLong(5 * PAGE), region.size() - offset);
      MemorySegment range = region.segment().asSlice(offset, length);
      switch (random.nextInt(40)) {
        case 0 -> {
          MemorySegment unused =
              (MemorySegment) MEMSET.invokeExact(range, random.nextInt(), length);
          note(offset, length);
        }
        case 1 -> note(offset, readInto(range));
        case 2 -> {
          range.fill((byte) random.nextInt());
          note(offset, length);
        }
        case 3 -> {
          try (Arena arena = Arena.ofConfined()) {
            note(offset, region.write(offset, arena.allocate(length)));
          }
        }
        case 4 -> discard(offset, Math.min(region.size() - offset, length * 300));
        default -> {
          if (random.nextBoolean()) {
            region.segment().get(JAVA_BYTE, offset);
          } else {
            region.segment().set(JAVA_BYTE, offset, (byte) random.nextInt());
            note(offset, 1);
          }
        }
      }
    }

    /** Lets the kernel write, with read(2). */
    private long readInto(MemorySegment range) throws IOException {
      MemorySegment small = range.asSlice(0, Math.min(range.byteSize(), 20 * PAGE));
      return source.read(small.asByteBuffer(), 0);
    }

    private void discard(long offset, long length) {
      boolean remove = random.nextInt(3) == 0 && kind.takesRemove();
      region.advise(remove ? Advice.REMOVE : Advice.DONTNEED, offset, length);
      boolean endIsWhole = !remove && offset + length == region.size();
      long first = Math.ceilDiv(kind.head() + offset, PAGE);
      long end = (kind.head() + offset + length + (endIsWhole ? PAGE - 1 : 0)) / PAGE;
      mark(first, end);
    }

    private void note(long offset, long length) {
      if (length > 0) {
        mark((offset + kind.head()) / PAGE, Math.ceilDiv(offset + kind.head() + length, PAGE));
      }
    }

    private void mark(long first, long end) {
      int half = kind == Tracked.MIRRORED ? PAGES / 2 : PAGES;
      for (long page = first; page < end; page++) {
        changed.set((int) page);
        if (half < PAGES) {
          changed.set((int) (page < half ? page + half : page - half));
        }
      }
    }

    void check(PageRanges taken, String when) {
      BitSet found = new BitSet();
      long[] end = {-1};
      taken.forEach(
          (offset, length) -> {
            assertTrue(offset > end[0] && length > 0, when);
            end[0] = offset + length;
            found.set(
                (int) ((offset + kind.head()) / PAGE),
                (int) ((offset + length + kind.head() + PAGE - 1) / PAGE));
          });
      assertTrue(end[0] <= region.size(), when);
      BitSet missing = (BitSet) changed.clone();
      missing.andNot(found);
      assertEquals(-1, missing.nextSetBit(0), "lost, " + when);
      if (kind.isExact) {
        found.andNot(changed);
        assertEquals(-1, found.nextSetBit(0), "too many, " + when);
      }
      changed.clear();
    }
  }
}
