package io.mman.benchmarks.changes;

import java.nio.ByteBuffer;
import java.util.Random;

/** The contents of pages: incompressible, and another content for each page and round. */
final class Stamps {
  private final byte[] bytes = new byte[Store.PAGE];
  private final ByteBuffer buffer = ByteBuffer.wrap(bytes);

  Stamps() {
    new Random(16).nextBytes(bytes);
  }

  /** Returns the content of a page as of a round, until the next call. */
  byte[] of(int page, int round) {
    buffer.putInt(0, page).putInt(Store.PAGE - Integer.BYTES, round);
    return bytes;
  }
}
