package io.mman.benchmarks.changes;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** Compares the checksum of each page with the last one. The memory must be less than 2 GiB. */
final class ChecksumFinder extends JavaFinder {
  private final CRC32C checksum = new CRC32C();
  private final ByteBuffer bytes = memory.asByteBuffer();
  private final int[] checksums = new int[bytes.capacity() / PAGE];

  ChecksumFinder(Kind kind, long size) {
    super(kind, size);
    find();
  }

  @Override
  long find() {
    long found = 0;
    for (int page = 0; page < checksums.length; page++) {
      bytes.limit((page + 1) * PAGE).position(page * PAGE);
      checksum.reset();
      checksum.update(bytes);
      int now = (int) checksum.getValue();
      if (now != checksums[page]) {
        checksums[page] = now;
        found++;
      }
    }
    return found;
  }
}
