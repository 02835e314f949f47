package io.mman.benchmarks.changes;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.mman.MappedRegion;
import io.mman.Mapping;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/** A shared mapping, which a crash may leave with some of the changes. */
final class SyncedStore implements Store {
  private final MappedRegion region;
  private final MemorySegment memory;

  SyncedStore(Path folder, int pages) {
    region = Mapping.file(folder.resolve("synced")).create((long) pages * PAGE).mapShared();
    memory = region.segment();
  }

  @Override
  public void put(int page, byte[] bytes) {
    MemorySegment.copy(bytes, 0, memory, JAVA_BYTE, (long) page * PAGE, PAGE);
  }

  @Override
  public void commit() {
    region.sync();
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
