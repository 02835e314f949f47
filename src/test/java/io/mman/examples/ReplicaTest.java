package io.mman.examples;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.Mman;
import io.mman.NativeFile;
import io.mman.change.ChangeTracker;
import io.mman.change.PageRanges;
import io.mman.testing.ChildJvm;
import io.mman.testing.Elsewhere;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class ReplicaTest {
  private static final long PAGE = Mman.pageSize();
  private static final long SIZE = 2000 * PAGE;
  private static final long BUSY = 100 * PAGE; // the threads store into the first pages only

  @TempDir Path folder;

  @Test
  void theFileIsEqualAfterTheWriterHasStopped() throws Throwable {
    assumeTrue(ChangeTracker.isSupported(), "the kernel cannot track changes");
    Path path = folder.resolve("copy");
    try (MappedRegion region = Mapping.anonymous(SIZE).mapShared();
        NativeFile file =
            NativeFile.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      region.segment().fill((byte) 1);
      try (Replica replica = new Replica(region, file)) {
        assertTrue(replica.isEqual());
        AtomicBoolean isOver = new AtomicBoolean();
        Elsewhere writer = Elsewhere.start(() -> store(region.segment(), isOver));
        long shipped = 0;
        for (int round = 0; round < 50 || shipped < BUSY; round++) {
          PageRanges changed = replica.ship();
          assertTrue(changed.bytes() <= BUSY, changed + " in round " + round);
          shipped += changed.bytes();
        }
        isOver.set(true);
        writer.join();
        replica.ship();
        assertTrue(replica.isEqual());
        assertArrayEquals(region.segment().toArray(JAVA_BYTE), Files.readAllBytes(path));
        assertTrue(replica.ship().isEmpty());
      }
    }
  }

  private static void store(MemorySegment bytes, AtomicBoolean isOver) {
    SplittableRandom random = new SplittableRandom(16);
    while (!isOver.get()) {
      bytes.set(JAVA_LONG, random.nextLong(BUSY / 8) * 8, random.nextLong());
    }
  }

  @Test
  void aDifferenceIsNoticed() {
    assumeTrue(ChangeTracker.isSupported(), "the kernel cannot track changes");
    Path path = folder.resolve("copy");
    try (MappedRegion region = Mapping.anonymous(SIZE + 100).mapShared();
        NativeFile file =
            NativeFile.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        Replica replica = new Replica(region, file)) {
      region.segment().set(JAVA_BYTE, SIZE + 99, (byte) 1);
      assertFalse(replica.isEqual());
      replica.ship();
      assertTrue(replica.isEqual());
      file.resize(SIZE + 99);
      assertFalse(replica.isEqual());
    }
  }

  @Test
  void programShipsAFewPagesEachRound() {
    assumeTrue(ChangeTracker.isSupported(), "the kernel cannot track changes");
    List<String> lines = ChildJvm.of(Replica.class).run("5").lines();

    assertEquals(7, lines.size());
    for (String line : lines.subList(0, 6)) {
      Matcher round =
          Pattern.compile("(round \\d|last round): ([\\d,]+) pages, ([\\d,]+) of ([\\d,]+) bytes")
              .matcher(line);
      assertTrue(round.matches(), line);
      assertTrue(number(round.group(3)) <= number(round.group(4)) / 16, line);
    }
    assertEquals("the checksums agree", lines.get(6));
  }

  private static long number(String text) {
    return Long.parseLong(text.replace(",", ""));
  }
}
