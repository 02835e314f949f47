package io.mman.internal.change;

import io.mman.Advice;
import io.mman.Errno;
import io.mman.MmanException;
import io.mman.change.Commit;
import io.mman.internal.call.AddressSpace;
import io.mman.internal.call.AdviceBatch;
import io.mman.internal.file.FileLength;
import io.mman.internal.jfr.Recorded;
import io.mman.internal.libc.PathBytes;
import io.mman.internal.libc.ProcessCalls;
import io.mman.internal.region.Region;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A private mapping of a file whose changes are committed through a journal: the implementation of
 * {@link io.mman.change.StagedRegion}.
 */
public final class Staging {
  private final ReentrantLock lock = new ReentrantLock();
  private final LockedFile file;
  private final LockedFile journalFile;
  private final StagedFile target;
  private final Journal journal;
  private final ChangedPages pages;
  private final Region region;

  /** The size of the file after the last commit. The region is smaller if resizing it failed. */
  private long size;

  /** The size to which the next commit extends the file, unless the file already has that size. */
  private long nextSize;

  /** The advice that discards changed pages. The kernel refuses DONTNEED for locked pages. */
  private Advice discarding = Advice.DONTNEED;

  /** Whether the last journal may reappear after a power failure. */
  private boolean isResetPending;

  private boolean isClosed;

  Staging(
      LockedFile file,
      LockedFile journalFile,
      StagedFile target,
      Journal journal,
      ChangedPages pages,
      Region region) {
    this.file = file;
    this.journalFile = journalFile;
    this.target = target;
    this.journal = journal;
    this.pages = pages;
    this.region = region;
    this.size = region.size();
  }

  public static Staging open(Path path, Path journal) {
    return openOrCreate(path, StagedOpening.EXISTING, journal);
  }

  public static Staging open(Path path, long size, Path journal) {
    requireSize(size);
    return openOrCreate(path, size, journal);
  }

  private static Staging openOrCreate(Path path, long size, Path journal) {
    PathBytes.requireDefaultFileSystem(path);
    PathBytes.requireDefaultFileSystem(journal);
    StagedPreload.prepare();
    StagedOpening opening = new StagedOpening(path, size, journal);
    opening.requireTwoPaths();
    return opening.open();
  }

  private static void requireSize(long size) {
    if (size < 0 || size > Long.MAX_VALUE - ProcessCalls.pageSize()) {
      throw new IllegalArgumentException("not a valid size of a file: " + size);
    }
  }

  public MemorySegment segment() {
    return region.segment();
  }

  public long size() {
    return region.size();
  }

  public boolean isOpen() {
    return region.isAlive();
  }

  public PageSet changes() {
    lock.lock();
    try {
      return pages.find(region.segment());
    } finally {
      lock.unlock();
    }
  }

  public void extend(long newSize) {
    requireSize(newSize);
    lock.lock();
    try {
      requireOpen();
      if (newSize < size) {
        throw new IllegalArgumentException(
            "cannot extend a file of " + size + " bytes to " + newSize + " bytes");
      }
      nextSize = newSize;
    } finally {
      lock.unlock();
    }
  }

  public Commit commit() {
    lock.lock();
    try {
      requireOpen();
      settle();
      PageSet changed = pages.find(region.segment());
      long newSize = Math.max(size, nextSize);
      if (changed.isEmpty() && newSize == size) {
        return new Commit(0, 0);
      }
      Recorded recorded = Recorded.begin(Recorded.Kind.COMMIT);
      commit(changed, newSize);
      if (recorded != null) {
        long address = region.segment().address();
        recorded.end(address, changed.bytes(), "", file.file().path().toString());
      }
      return new Commit(changed.pages(), changed.bytes());
    } finally {
      lock.unlock();
    }
  }

  private void commit(PageSet changed, long newSize) {
    if (newSize > size) {
      FileLength.rehearseExtension(file.file(), newSize);
      AddressSpace.requireRoom(newSize - size, file.file().path());
    }
    JournalHeader header = JournalHeader.of(target.id(), size, newSize, changed);
    write(header, changed);
    finish(header);
    drop(changed);
    adoptSize();
  }

  /** Writes the journal. If this fails, nothing is committed. */
  private void write(JournalHeader header, PageSet changed) {
    target.requireSize(size);
    region.requireIntact();
    try {
      journal.write(header, changed, region);
    } catch (RuntimeException | Error e) {
      try {
        journal.reset(target.id(), true);
      } catch (RuntimeException | Error second) {
        e.addSuppressed(second); // the journal is still doubtful
      }
      throw e;
    }
  }

  /** Finishes or undoes a commit that has failed. */
  private void settle() {
    if (journal.isDoubtful()) {
      journal.reset(target.id(), true);
    }
    JournalHeader complete = journal.complete();
    if (complete != null) {
      finish(complete);
    }
    adoptSize();
  }

  /** Applies the complete journal to the file and empties it. */
  private void finish(JournalHeader complete) {
    target.apply(complete);
    size = complete.newSize();
    // If the journal reappears, it does no harm: other code may write only after close().
    isResetPending = true;
    journal.reset(target.id(), false);
  }

  private void adoptSize() {
    if (region.size() < size) {
      region.resize(size, false);
    }
  }

  /** Discards the private copies of changed pages, so that the region shows the file again. */
  private void drop(PageSet changed) {
    try {
      discard(changed);
    } catch (MmanException e) {
      if (e.error() != Errno.EINVAL || discarding == Advice.DONTNEED_LOCKED) {
        throw e;
      }
      discarding = Advice.DONTNEED_LOCKED; // pages are locked in memory
      discard(changed);
    }
  }

  private void discard(PageSet changed) {
    MemorySegment all = region.segment();
    Path path = file.file().path();
    try (Arena arena = Arena.ofConfined();
        AdviceBatch batch = new AdviceBatch(arena, discarding, changed.count(), path)) {
      changed.forEach((offset, length) -> batch.add(all, all.address() + offset, length));
      batch.flush();
    }
  }

  public void rollback() {
    lock.lock();
    try {
      requireOpen();
      settle();
      drop(pages.find(region.segment()));
      nextSize = 0;
      region.restore();
      target.requireSize(size);
    } finally {
      lock.unlock();
    }
  }

  public void close() {
    lock.lock();
    try {
      if (!isClosed) {
        region.close();
        isClosed = true;
        release();
      }
    } finally {
      lock.unlock();
    }
  }

  private void release() {
    @Nullable RuntimeException failure = null;
    for (Runnable step :
        List.<Runnable>of(
            this::endJournal, pages::close, journal::close, journalFile::close, file::close)) {
      try {
        step.run();
      } catch (RuntimeException e) {
        if (failure == null) {
          failure = e;
        } else {
          failure.addSuppressed(e);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  /** Empties the journal, unless it is complete and must be applied by the next user. */
  private void endJournal() {
    if (journal.complete() == null && (journal.isDoubtful() || isResetPending)) {
      journal.reset(target.id(), true);
    }
  }

  /**
   * Throws if the region is closed.
   *
   * @throws IllegalStateException if the region is closed
   */
  private void requireOpen() {
    region.segment();
  }

  @Override
  public String toString() {
    return "StagedRegion[\""
        + file.file().path()
        + "\", "
        + size
        + " bytes"
        + (isOpen() ? "]" : ", closed]");
  }
}
