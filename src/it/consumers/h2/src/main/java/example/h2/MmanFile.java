package example.h2;

import io.mman.Errno;
import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.Mman;
import io.mman.MmanException;
import io.mman.NativeFile;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileLock;
import java.nio.channels.NonWritableChannelException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.h2.store.fs.FileBaseDefault;

/**
 * An open file, all of which is mapped. Reads and writes copy bytes from and to the mapped memory.
 * They make no system call unless the file grows or was opened for synchronous writes.
 *
 * <ul>
 *   <li>The length of the file is always the one that H2 has written, so that the file need not be
 *       truncated after a crash.
 *   <li>A write past the end allocates disk blocks first, so that a full disk causes an exception.
 *   <li>If a page cannot be read, because the disk fails or another process has truncated the file,
 *       an exception is thrown and the JVM does not crash. This needs a system on which {@link
 *       Mman#survivesBusErrors} returns true.
 *   <li>An interrupt does not close the file, unlike a channel of {@code FileChannel.open}.
 * </ul>
 */
final class MmanFile extends FileBaseDefault {
  /** The size of the address space in which a file can grow in place. It occupies no memory. */
  private static final long RESERVE = 1L << 38;

  private final String name;
  private final boolean writable;
  private final boolean writesThrough;
  private final NativeFile file;
  private final MappedRegion region;

  /** Reads hold the read lock; methods that may change the size hold the write lock. */
  private final ReadWriteLock lock = new ReentrantReadWriteLock();

  /**
   * Opens a file.
   *
   * @param name the name that H2 uses
   * @param path the file, which is created if it is opened for writing and does not exist
   * @param mode the mode of {@code RandomAccessFile}: r, rw, rws or rwd
   * @throws IOException if the file cannot be opened or mapped
   */
  MmanFile(String name, Path path, String mode) throws IOException {
    this.name = name;
    writable = mode.startsWith("rw");
    writesThrough = mode.length() > "rw".length();
    try {
      file =
          writable
              ? NativeFile.open(path, Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE))
              : NativeFile.open(path);
      region = map();
    } catch (MmanException e) {
      throw e.getCause(); // a NoSuchFileException, for example
    }
  }

  private MappedRegion map() {
    try {
      Mapping request = Mapping.file(file);
      if (writable) {
        request = request.readWrite().reserve(Math.max(RESERVE, 2 * file.size()));
      }
      if (Mman.survivesBusErrors()) {
        request = request.surviveBusErrors();
      }
      return request.mapShared();
    } catch (RuntimeException | Error e) {
      file.close();
      throw e;
    }
  }

  @Override
  public long size() throws IOException {
    requireOpen();
    return region.size();
  }

  @Override
  public int read(ByteBuffer target, long position) throws IOException {
    Lock held = lock(lock.readLock());
    try {
      int length = (int) Math.min(target.remaining(), region.size() - position);
      if (length <= 0) {
        return target.hasRemaining() ? -1 : 0;
      }
      MemorySegment.copy(region.segment(), position, MemorySegment.ofBuffer(target), 0, length);
      requireIntact();
      target.position(target.position() + length);
      return length;
    } catch (MmanException e) {
      throw e.getCause();
    } finally {
      held.unlock();
    }
  }

  @Override
  public int write(ByteBuffer source, long position) throws IOException {
    requireWritable();
    Lock held = lock(lock.writeLock());
    try {
      int length = source.remaining();
      if (length == 0) {
        return 0;
      }
      if (position + length > region.size()) {
        grow(position + length);
      }
      MemorySegment.copy(MemorySegment.ofBuffer(source), 0, region.segment(), position, length);
      requireIntact();
      if (writesThrough) {
        region.sync(position, length);
        file.syncData();
      }
      source.position(source.limit());
      return length;
    } catch (MmanException e) {
      throw e.getCause();
    } finally {
      held.unlock();
    }
  }

  private void grow(long size) {
    try {
      region.extend(size);
    } catch (MmanException e) {
      if (e.error() != Errno.EOPNOTSUPP) {
        throw e;
      }
      growWithoutBlocks(size); // a file system that cannot allocate blocks, such as ZFS
    } catch (UnsupportedOperationException e) {
      growWithoutBlocks(size); // macOS, for example
    }
  }

  private void growWithoutBlocks(long size) {
    file.resize(size);
    region.resize(size);
  }

  @Override
  protected void implTruncate(long size) throws IOException {
    requireWritable();
    Lock held = lock(lock.writeLock());
    try {
      if (size < region.size()) {
        region.resize(size); // before the file, which must not end inside the mapped memory
        file.resize(size);
      }
    } catch (MmanException e) {
      throw e.getCause();
    } finally {
      held.unlock();
    }
  }

  @Override
  public void force(boolean metaData) throws IOException {
    requireOpen();
    try {
      region.sync();
      if (metaData) {
        file.sync();
      } else {
        file.syncData();
      }
    } catch (MmanException e) {
      throw e.getCause();
    }
  }

  /** Locks the whole file regardless of the range, because H2 always locks the whole file. */
  @Override
  public FileLock tryLock(long position, long size, boolean shared) throws IOException {
    requireOpen();
    if (!shared) {
      requireWritable();
    }
    try {
      return file.tryLock(shared) ? new WholeFileLock(this, shared) : null;
    } catch (MmanException e) {
      throw e.getCause();
    }
  }

  @Override
  protected void implCloseChannel() throws IOException {
    lock.writeLock().lock();
    try {
      region.close();
      file.close();
    } catch (MmanException e) {
      throw e.getCause();
    } finally {
      lock.writeLock().unlock();
    }
  }

  /** Throws an exception if copied bytes may have been zeros instead of those of the file. */
  private void requireIntact() {
    if (region.lostPages() > 0) {
      region.requireIntact();
    }
  }

  private void requireWritable() {
    if (!writable) {
      throw new NonWritableChannelException();
    }
  }

  private void requireOpen() throws ClosedChannelException {
    if (!isOpen()) {
      throw new ClosedChannelException();
    }
  }

  private Lock lock(Lock side) throws ClosedChannelException {
    side.lock();
    if (!isOpen()) {
      side.unlock();
      throw new ClosedChannelException();
    }
    return side;
  }

  @Override
  public String toString() {
    return name;
  }

  private static final class WholeFileLock extends FileLock {
    private final NativeFile file;
    private boolean released;

    WholeFileLock(MmanFile channel, boolean shared) {
      super(channel, 0, Long.MAX_VALUE, shared);
      file = channel.file;
    }

    @Override
    public boolean isValid() {
      return !released && file.isOpen();
    }

    @Override
    public void release() throws IOException {
      try {
        if (isValid()) {
          file.unlock();
        }
        released = true;
      } catch (MmanException e) {
        throw e.getCause();
      }
    }
  }
}
