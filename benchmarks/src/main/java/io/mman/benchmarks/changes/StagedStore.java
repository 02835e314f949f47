package io.mman.benchmarks.changes;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.mman.change.StagedRegion;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/** A staged region. */
final class StagedStore implements Store {
  private final StagedRegion region;
  private final MemorySegment memory;

  StagedStore(Path folder, int pages) {
    Path journal = folder.resolve("staged.journal");
    region = StagedRegion.open(folder.resolve("staged"), (long) pages * PAGE, journal);
    memory = region.segment();
  }

  @Override
  public void put(int page, byte[] bytes) {
    MemorySegment.copy(bytes, 0, memory, JAVA_BYTE, (long) page * PAGE, PAGE);
  }

  @Override
  public void commit() {
    region.commit();
  }

  @Override
  public byte[] get(int page) {
    return memory.asSlice((long) page * PAGE, PAGE).toArray(JAVA_BYTE);
  }

  @Override
  public void close() {
    region.close();
  }
}
