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
 * A private mapping of a file whose changes are committed through a journal. {@link
 * io.mman.change.StagedRegion} is its public face.
 */
public final class Staging {
  private final ReentrantLock lock = new ReentrantLock();
  private final LockedFile file;
  private final LockedFile journalFile;
  private final StagedFile target;
  private final Journal journal;
  private final ChangedPages pages;
  private final Region region;

  /** The size of the file as of the last commit. The region has another one if resizing failed. */
  private long size;

  /** The size that the file will have after the next commit, if it is more than it has now. */
  private long nextSize;

  /** How changed pages are forgotten: the kernel refuses the first for pages that are locked. */
  private Advice discarding = Advice.DONTNEED;

  /** Whether the journal may be found again after a power cut. */
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
      throw new IllegalArgumentException("no file can have the size " + size);
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
            "cannot extend a file of " + size + " bytes to " + newSize);
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
        e.addSuppressed(second); // it is doubtful still
      }
      throw e;
    }
  }

  /** Brings the file to a known state, after a commit that failed. */
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

  /** Writes to the file what is in the journal already. */
  private void finish(JournalHeader complete) {
    target.apply(complete);
    size = complete.newSize();
    // If the journal is found again, nobody else has written to the file, or it was closed.
    isResetPending = true;
    journal.reset(target.id(), false);
  }

  private void adoptSize() {
    if (region.size() < size) {
      region.resize(size, false);
    }
  }

  /** Makes the kernel forget changed pages, so that the region shows those of the file. */
  private void drop(PageSet changed) {
    try {
      discard(changed);
    } catch (MmanException e) {
      if (e.error() != Errno.EINVAL || discarding == Advice.DONTNEED_LOCKED) {
        throw e;
      }
      discarding = Advice.DONTNEED_LOCKED; // somebody has locked pages in memory
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

  /** Leaves an empty journal, unless a commit has failed that the next user is to finish. */
  private void endJournal() {
    if (journal.complete() == null && (journal.isDoubtful() || isResetPending)) {
      journal.reset(target.id(), true);
    }
  }

  /**
   * Refuses a region that is closed.
   *
   * @throws IllegalStateException if it is
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
