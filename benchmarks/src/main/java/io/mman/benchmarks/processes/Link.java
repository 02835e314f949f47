package io.mman.benchmarks.processes;

import java.io.IOException;
import java.lang.foreign.MemorySegment;

/** One end of a way for messages of a fixed size, in one direction. */
interface Link extends AutoCloseable {
  int MESSAGE = 32;

  /** Sends a message, after waiting until there is room for it. */
  void send(MemorySegment message) throws Exception;

  /** Waits for a message and copies it. */
  void receive(MemorySegment target) throws Exception;

  @Override
  void close() throws IOException;
}
