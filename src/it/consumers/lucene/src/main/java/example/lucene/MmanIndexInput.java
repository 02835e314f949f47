package example.lucene;

import io.mman.MmanException;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.apache.lucene.store.AlreadyClosedException;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.MemorySegmentAccessInput;

/**
 * Reads a mapped file or a slice of it. Closing the input that {@code openInput} returned ends the
 * mapping. Lucene's tests allow {@code MMapDirectory} only to override {@code isLoaded}.
 */
final class MmanIndexInput extends IndexInput implements MemorySegmentAccessInput {
  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
  private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ORDER);
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ORDER);
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ORDER);
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ORDER);

  private final MappedFile file;
  private final long start; // of the slice, in bytes of the file
  private long length; // -1 after close, so that a read checks one limit only
  private MemorySegment whole; // null if there are several chunks, and after close
  private long position;
  private int hits; // calls of prefetch since a range was last found not to be in memory
  private Arena arena; // null for clones and slices, and after close

  MmanIndexInput(String description, MappedFile file, long start, long length, Arena arena) {
    super(description);
    this.file = file;
    this.start = start;
    this.length = length;
    this.arena = arena;
    this.whole = file.sliceOrNull(start, length);
  }

  @Override
  public byte readByte() throws IOException {
    return (byte) next(Byte.BYTES);
  }

  @Override
  public int readInt() throws IOException {
    return (int) next(Integer.BYTES);
  }

  @Override
  public long readLong() throws IOException {
    return next(Long.BYTES);
  }

  @Override
  public byte readByte(long pos) throws IOException {
    return (byte) get(pos, Byte.BYTES);
  }

  @Override
  public short readShort(long pos) throws IOException {
    return (short) get(pos, Short.BYTES);
  }

  @Override
  public int readInt(long pos) throws IOException {
    return (int) get(pos, Integer.BYTES);
  }

  @Override
  public long readLong(long pos) throws IOException {
    return get(pos, Long.BYTES);
  }

  @Override
  public void readBytes(byte[] target, int first, int count) throws IOException {
    position = copy(BYTE, position, target, first, count);
  }

  @Override
  public void readBytes(long pos, byte[] target, int first, int count) throws IOException {
    copy(BYTE, pos, target, first, count);
  }

  @Override
  public void readInts(int[] target, int first, int count) throws IOException {
    position = copy(INT, position, target, first, count);
  }

  @Override
  public void readFloats(float[] target, int first, int count) throws IOException {
    position = copy(FLOAT, position, target, first, count);
  }

  private long next(int size) throws IOException {
    long value = get(position, size);
    position += size;
    return value;
  }

  private long get(long pos, int size) throws IOException {
    MemorySegment bytes = whole;
    long offset = pos;
    if (bytes == null) {
      long at = at(pos, size);
      bytes = file.chunk(at);
      offset = file.offset(at);
    }
    try {
      return switch (size) { // a constant after inlining
        case Byte.BYTES -> bytes.get(BYTE, offset);
        case Short.BYTES -> bytes.get(SHORT, offset);
        case Integer.BYTES -> bytes.get(INT, offset);
        default -> bytes.get(LONG, offset);
      };
    } catch (IndexOutOfBoundsException e) {
      return at(pos, size); // throws the exception that Lucene expects
    } catch (IllegalStateException e) {
      throw closed(e);
    }
  }

  /** Copies elements, chunk by chunk, and returns the position after the last one. */
  private long copy(ValueLayout type, long pos, Object to, int from, int count) throws IOException {
    long size = type.byteSize();
    long at = at(pos, count * size);
    try {
      for (int done = 0, part; done < count; done += part, at += part * size) {
        MemorySegment chunk = file.chunk(at);
        part = (int) Math.min(count - done, (chunk.byteSize() - file.offset(at)) / size);
        MemorySegment.copy(chunk, type, file.offset(at), to, from + done, part);
      }
    } catch (IllegalStateException e) {
      throw closed(e);
    }
    return at - start;
  }

  /** Returns the mapped memory, on which Lucene's vector functions can then work directly. */
  @Override
  public MemorySegment segmentSliceOrNull(long pos, long size) throws IOException {
    return file.sliceOrNull(at(pos, size), size);
  }

  @Override
  public long getFilePointer() {
    return position;
  }

  @Override
  public void seek(long pos) throws IOException {
    position = at(pos, 0) - start;
  }

  @Override
  public long length() {
    return length;
  }

  /** Starts to read a range. The more ranges were found in memory, the fewer are requested. */
  @Override
  public void prefetch(long pos, long size) throws IOException {
    long at = at(pos, 0);
    if (Integer.bitCount(hits++) <= 1) {
      size = Math.min(size, length - pos);
      file.forEach(at, size, (region, from, part) -> hits = region.prefetch(from, part) ? 0 : hits);
    }
  }

  @Override
  public void updateIOContext(IOContext context) throws IOException {
    var advice = MmanDirectory.advice(context);
    file.forEach(at(0, 0), length, (region, from, part) -> region.advise(advice, from, part));
  }

  @Override
  public MmanIndexInput slice(String description, long from, long size) throws IOException {
    long at = at(0, 0) + from;
    if (from < 0 || size < 0 || from > length - size) {
      throw new IllegalArgumentException(description + ", " + from + ", " + size + ": " + this);
    }
    file.requireIntact();
    return new MmanIndexInput(getFullSliceDescription(description), file, at, size, null);
  }

  @Override
  public MmanIndexInput clone() {
    MmanIndexInput clone = (MmanIndexInput) super.clone();
    clone.arena = null;
    return clone;
  }

  @Override
  public void close() throws IOException {
    length = -1;
    whole = null;
    try (Arena ending = arena) {
      arena = null;
      if (ending != null) {
        file.requireIntact();
      }
    } catch (MmanException e) {
      throw e.getCause();
    }
  }

  /** Checks a range, and returns its position in the file. */
  private long at(long pos, long size) throws EOFException {
    if (pos < 0 || pos > length - size) {
      if (length < 0) {
        throw closed(null);
      }
      throw new EOFException(size + " bytes at " + pos + " of " + length + ": " + this);
    }
    return start + pos;
  }

  private AlreadyClosedException closed(IllegalStateException cause) {
    return new AlreadyClosedException("Already closed: " + this, cause);
  }
}
