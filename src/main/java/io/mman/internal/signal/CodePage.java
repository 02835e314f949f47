package io.mman.internal.signal;

import io.mman.internal.libc.MemoryCalls;
import io.mman.internal.libc.ProcessCalls;
import java.lang.foreign.MemorySegment;

/**
 * A copy of the machine code in a page of its own, which is never writable and executable at once,
 * and never unmapped: a handler that was installed once may be called as long as the process lives.
 */
final class CodePage {
  private static final int PROT_READ_EXEC = 5;

  private final long address;
  private final long previous;

  private CodePage(long address, long previous) {
    this.address = address;
    this.previous = previous;
  }

  /**
   * Writes the code for a table into a new page.
   *
   * @throws UnsupportedOperationException if the system denies executable memory
   */
  static CodePage create(byte[] code, RangeTable table) {
    long bytes = ProcessCalls.pageSize();
    long address = Memory.map(bytes);
    long previous = table.allocate(Long.BYTES);
    Memory.put(previous, 0);
    MemorySegment page = Memory.segment(address, bytes);
    page.copyFrom(MemorySegment.ofArray(code));
    Memory.put(address + HandlerCode.CONTEXT, table.context());
    Memory.put(address + HandlerCode.PREVIOUS, previous);
    int result = MemoryCalls.mprotect(page, PROT_READ_EXEC);
    if (result < 0) {
      Memory.unmap(address, bytes);
      table.free(previous, Long.BYTES);
      throw new UnsupportedOperationException(
          "surviving bus errors needs executable memory, which the system denies (mprotect: errno "
              + -result
              + ")");
    }
    return new CodePage(address, previous);
  }

  long handler() {
    return address + HandlerCode.HANDLER;
  }

  long find() {
    return address + HandlerCode.FIND;
  }

  long restore() {
    return address + HandlerCode.RESTORE;
  }

  long restorer() {
    return address + HandlerCode.RESTORER;
  }

  /** Sets the handler that gets the signals that this one does not handle. */
  void passTo(long handler) {
    Memory.putVolatile(previous, handler);
  }
}
