package io.mman.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;

/** Native code that holds a view: another thread's read(2) into it, which ends when this closes. */
public final class BlockedRead implements AutoCloseable {
  private final Pipe pipe;
  private final Elsewhere reader;

  public BlockedRead(MemorySegment view) {
    try {
      pipe = Pipe.open();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    ByteBuffer target = view.asByteBuffer();
    reader = Elsewhere.start(() -> pipe.source().read(target)).awaitIn("read0");
  }

  @Override
  public void close() {
    try {
      pipe.sink().close(); // the end of what there is to read
      reader.join();
      pipe.source().close();
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }
}
