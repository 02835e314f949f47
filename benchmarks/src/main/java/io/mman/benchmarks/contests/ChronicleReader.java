package io.mman.benchmarks.contests;

import java.io.IOException;
import net.openhft.chronicle.bytes.MappedBytes;
import net.openhft.chronicle.core.io.BackgroundResourceReleaser;
import net.openhft.chronicle.core.io.ReferenceOwner;

/** Reads through Chronicle Bytes. */
final class ChronicleReader extends Reader {
  private final MappedBytes bytes;
  private final long size;

  ChronicleReader(Memory memory) throws IOException {
    size = memory.bytes();
    bytes = MappedBytes.singleMappedBytes(memory.path().toFile(), size, true);
  }

  @Override
  long sum() {
    long sum = 0;
    for (long at = 0; at < size; at += Long.BYTES) {
      sum += bytes.readLong(at);
    }
    return sum;
  }

  @Override
  long sumRandom(int count) {
    long pages = size / PAGE;
    long sum = 0;
    for (long i = 0; i < count; i++) {
      sum += bytes.readLong(PAGE * Touch.page(i, pages));
    }
    return sum;
  }

  @Override
  public void close() {
    var store = bytes.bytesStore();
    bytes.releaseLast();
    store.release(ReferenceOwner.INIT); // otherwise the file would stay mapped and cached
    BackgroundResourceReleaser.releasePendingResources();
  }
}
