package example.lucene;

import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.apache.lucene.store.AlreadyClosedException;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.MemorySegmentAccessInput;

/**
 * Reads a {@link MappedFile} or a slice of it. The input that was opened first owns the file, and
 * closing it unmaps the file; its clones and slices then throw {@link AlreadyClosedException}.
 *
 * <p>{@code isLoaded} is not overridden, because Lucene's tests allow it for {@code MMapDirectory}
 * only.
 */
final class MmanIndexInput extends IndexInput implements MemorySegmentAccessInput {
  private static final int CLOSED = -1;
  private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final MappedFile file;
  private final long start;
  private final long length;
  private long limit; // the length, or CLOSED: every read checks it anyway
  private long position;
  private int prefetchHits;
  private boolean owner;

  MmanIndexInput(String description, MappedFile file) {
    this(description, file, 0, file.length);
    owner = true;
  }

  private MmanIndexInput(String description, MappedFile file, long start, long length) {
    super(description);
    this.file = file;
    this.start = start;
    this.length = length;
    this.limit = length;
  }

  @Override
  public byte readByte() throws IOException {
    byte value = readByte(position);
    position += Byte.BYTES;
    return value;
  }

  @Override
  public short readShort() throws IOException {
    short value = readShort(position);
    position += Short.BYTES;
    return value;
  }

  @Override
  public int readInt() throws IOException {
    int value = readInt(position);
    position += Integer.BYTES;
    return value;
  }

  @Override
  public long readLong() throws IOException {
    long value = readLong(position);
    position += Long.BYTES;
    return value;
  }

  @Override
  public void readBytes(byte[] target, int offset, int count) throws IOException {
    readBytes(position, target, offset, count);
    position += count;
  }

  @Override
  public void readInts(int[] target, int offset, int count) throws IOException {
    if (!copied(INT, target, offset, count)) {
      super.readInts(target, offset, count);
    }
  }

  @Override
  public void readLongs(long[] target, int offset, int count) throws IOException {
    if (!copied(LONG, target, offset, count)) {
      super.readLongs(target, offset, count);
    }
  }

  @Override
  public void readFloats(float[] target, int offset, int count) throws IOException {
    if (!copied(FLOAT, target, offset, count)) {
      super.readFloats(target, offset, count);
    }
  }

  @Override
  public byte readByte(long pos) throws IOException {
    long at = at(pos, Byte.BYTES);
    try {
      return file.chunk(at).get(BYTE, file.offset(at));
    } catch (IllegalStateException e) {
      throw closed(e);
    }
  }

  @Override
  public short readShort(long pos) throws IOException {
    long at = at(pos, Short.BYTES);
    try {
      return file.chunk(at).get(SHORT, file.offset(at));
    } catch (IndexOutOfBoundsException e) {
      return (short) readAcrossChunks(pos, Short.BYTES);
    } catch (IllegalStateException e) {
      throw closed(e);
    }
  }

  @Override
  public int readInt(long pos) throws IOException {
    long at = at(pos, Integer.BYTES);
    try {
      return file.chunk(at).get(INT, file.offset(at));
    } catch (IndexOutOfBoundsException e) {
      return (int) readAcrossChunks(pos, Integer.BYTES);
    } catch (IllegalStateException e) {
      throw closed(e);
    }
  }

  @Override
  public long readLong(long pos) throws IOException {
    long at = at(pos, Long.BYTES);
    try {
      return file.chunk(at).get(LONG, file.offset(at));
    } catch (IndexOutOfBoundsException e) {
      return readAcrossChunks(pos, Long.BYTES);
    } catch (IllegalStateException e) {
      throw closed(e);
    }
  }

  @Override
  public void readBytes(long pos, byte[] target, int offset, int count) throws IOException {
    long at = at(pos, count);
    try {
      for (int done = 0; done < count; ) {
        MemorySegment chunk = file.chunk(at + done);
        long from = file.offset(at + done);
        int part = (int) Math.min(count - done, chunk.byteSize() - from);
        MemorySegment.copy(chunk, BYTE, from, target, offset + done, part);
        done += part;
      }
    } catch (IllegalStateException e) {
      throw closed(e);
    }
  }

  private boolean copied(ValueLayout layout, Object target, int offset, int count)
      throws IOException {
    long size = count * layout.byteSize();
    long at = at(position, size);
    if (!file.isContiguous(at, size)) {
      return false;
    }
    try {
      MemorySegment.copy(file.chunk(at), layout, file.offset(at), target, offset, count);
    } catch (IllegalStateException e) {
      throw closed(e);
    }
    position += size;
    return true;
  }

  private long readAcrossChunks(long pos, int size) throws IOException {
    long value = 0;
    for (int i = 0; i < size; i++) {
      value |= (readByte(pos + i) & 0xFFL) << 8 * i;
    }
    return value;
  }

  /** Lets Lucene's vector functions work on the mapped memory itself. */
  @Override
  public MemorySegment segmentSliceOrNull(long pos, long size) throws IOException {
    long at = at(pos, size);
    return file.isContiguous(at, size) ? file.chunk(at).asSlice(file.offset(at), size) : null;
  }

  @Override
  public long getFilePointer() {
    return position;
  }

  @Override
  public void seek(long pos) throws IOException {
    at(pos, 0);
    position = pos;
  }

  @Override
  public long length() {
    return length;
  }

  /** Starts to read a range. The more ranges were found in memory, the fewer are asked for. */
  @Override
  public void prefetch(long offset, long size) throws IOException {
    long at = at(offset, 0);
    if (Integer.bitCount(prefetchHits++) <= 1
        && file.prefetch(at, Math.min(size, limit - offset))) {
      prefetchHits = 0;
    }
  }

  @Override
  public void updateIOContext(IOContext context) throws IOException {
    file.advise(MmanDirectory.advice(context), at(0, 0), length);
  }

  @Override
  public MmanIndexInput slice(String description, long offset, long size) throws IOException {
    at(0, 0);
    if (offset < 0 || size < 0 || offset > length - size) {
      throw new IllegalArgumentException(
          "slice " + description + " of " + size + " bytes at " + offset + " of " + this);
    }
    file.requireIntact();
    return new MmanIndexInput(getFullSliceDescription(description), file, start + offset, size);
  }

  @Override
  public IndexInput slice(String description, long offset, long size, IOContext context)
      throws IOException {
    MmanIndexInput slice = slice(description, offset, size);
    slice.updateIOContext(context);
    return slice;
  }

  @Override
  public MmanIndexInput clone() {
    if (limit == CLOSED) {
      throw closed(null);
    }
    MmanIndexInput clone = (MmanIndexInput) super.clone();
    clone.owner = false;
    return clone;
  }

  @Override
  public void close() throws IOException {
    boolean unmaps = owner && limit != CLOSED;
    limit = CLOSED;
    if (unmaps) {
      file.close();
    }
  }

  /** Checks a range, and returns its position in the file. */
  private long at(long pos, long size) throws IOException {
    if (pos < 0 || pos > limit - size) {
      throw outside(pos);
    }
    return start + pos;
  }

  private EOFException outside(long pos) {
    if (limit == CLOSED) {
      throw closed(null);
    }
    if (pos < 0) {
      throw new IllegalArgumentException("negative position " + pos + ": " + this);
    }
    return new EOFException("read past EOF at " + pos + ": " + this);
  }

  private AlreadyClosedException closed(IllegalStateException cause) {
    return new AlreadyClosedException("Already closed: " + this, cause);
  }
}
