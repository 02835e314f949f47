package io.mman;

import static java.nio.file.StandardOpenOption.WRITE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.mman.internal.region.RegionProbe;
import io.mman.testing.Arenas;
import io.mman.testing.Elsewhere;
import io.mman.testing.Samples;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Clean-up code of arenas closes and resizes files. No thread waits for an arena or a region while
 * it uses the file, which would never end.
 */
class NativeFileClosingTest {
  private static final long PAGE = Mman.pageSize();

  @TempDir Path folder;

  @Test
  void aGroupsCleanUpClosesAFileThatIsBeingMapped() throws Throwable {
    NativeFile file = NativeFile.open(Samples.file(folder, PAGE), WRITE);
    whileAMappingWaitsForAGroup(file, file::close);
    assertFalse(file.isOpen());
  }

  @Test
  void aGroupsCleanUpResizesAFileThatIsBeingMapped() throws Throwable {
    try (NativeFile file = NativeFile.open(Samples.file(folder, PAGE), WRITE)) {
      whileAMappingWaitsForAGroup(file, () -> file.resize(2 * PAGE));
      assertEquals(2 * PAGE, file.size());
    }
  }

  /** The clean-up runs on the thread that closes the group, which keeps the calls waiting. */
  private static void whileAMappingWaitsForAGroup(NativeFile file, Elsewhere.Action cleanUp)
      throws Throwable {
    try (RegionGroup group = RegionGroup.open()) {
      Mapping mapping = Mapping.file(file).create(PAGE).advise(Advice.NORMAL);
      RegionProbe.beginClose(group.group);
      Elsewhere mapper = Elsewhere.start(() -> mapping.map(group)).awaitWaiting();
      try {
        Elsewhere.run(cleanUp);
      } finally {
        RegionProbe.endClose(group.group);
      }
      mapper.join();
    }
  }

  @Test
  void anArenaClosesTheFileThatIsBeingMappedIntoIt() throws IOException {
    Path path = Samples.file(folder, 5);
    NativeFile file = NativeFile.open(path, WRITE);
    Arena closing =
        Arenas.lending(
            () -> {
              try {
                Elsewhere.run(file::close);
              } catch (Throwable e) {
                throw new IllegalStateException(e);
              }
              return Arena.global().scope();
            });

    MappedRegion region = Mapping.file(file).create(PAGE).map(closing);

    assertFalse(file.isOpen());
    assertEquals(Samples.at(4), region.segment().get(java.lang.foreign.ValueLayout.JAVA_BYTE, 4));
    assertEquals(PAGE, Files.size(path));
  }

  /** Revoking the views, which a resize does first, runs what the program has tied to them. */
  @Test
  void whatIsTiedToAViewClosesTheFileOfARegionThatGrows() throws Throwable {
    NativeFile file = NativeFile.open(Samples.file(folder, 64 * PAGE), WRITE);
    MappedRegion region = Mapping.file(file).range(0, PAGE).mapShared();
    MemorySegment view = region.segment();
    Arena ofTheView = Arenas.lending(view::scope);
    MemorySegment.ofAddress(PAGE).reinterpret(PAGE, ofTheView, any -> file.close());

    Elsewhere.run(() -> region.resize(64 * PAGE));

    assertFalse(file.isOpen());
    assertEquals(64 * PAGE, region.size());
    region.close(); // not after a failure, when it would wait for ever
  }

  /** A thread that waits for the region leaves the length of the file to others. */
  @Test
  void aFileIsResizedWhileARegionWaitsToGrow() throws Throwable {
    try (NativeFile file = NativeFile.open(Samples.file(folder, 4 * PAGE), WRITE);
        MappedRegion region = Mapping.file(file).range(0, PAGE).readWrite().mapShared()) {
      RegionProbe.beginCall(region.region);
      Elsewhere growing = Elsewhere.start(() -> region.resize(2 * PAGE)).awaitWaiting();
      try {
        Elsewhere.run(() -> file.resize(8 * PAGE));
      } finally {
        RegionProbe.endCall(region.region);
      }
      growing.join();
    }
  }
}
