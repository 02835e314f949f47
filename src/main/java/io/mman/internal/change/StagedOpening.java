package io.mman.internal.change;

import io.mman.Errno;
import io.mman.MapFlag;
import io.mman.Protection;
import io.mman.internal.call.AddressSpace;
import io.mman.internal.error.Failure;
import io.mman.internal.file.FileLength;
import io.mman.internal.file.FileOpener;
import io.mman.internal.file.OpenFile;
import io.mman.internal.file.OpenRequest;
import io.mman.internal.region.Lifetime;
import io.mman.internal.region.MapRequest;
import io.mman.internal.region.Mapper;
import io.mman.internal.region.Region;
import io.mman.internal.signal.BusHandler;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Opens a file and its journal, and applies the journal if it is complete. If another process
 * creates or removes one of the files at the same time, everything is closed and the attempt is
 * repeated.
 */
final class StagedOpening {
  /** The maximum number of attempts if other processes keep interfering. */
  private static final int MAX_ATTEMPTS = 32;

  /** The size of a file that is neither created nor extended. */
  static final long EXISTING = -1;

  private final Path path;
  private final long size;
  private final Path journalPath;

  private @Nullable LockedFile file;
  private @Nullable LockedFile journalFile;
  private @Nullable Journal journal;
  private @Nullable ChangedPages pages;

  /** The complete journal of an earlier commit, or null. */
  private @Nullable JournalHeader found;

  StagedOpening(Path path, long size, Path journalPath) {
    this.path = path;
    this.size = size;
    this.journalPath = journalPath;
  }

  /**
   * Throws if the two paths are the same, before any file is created. Different paths of the same
   * file are detected after both are open.
   */
  void requireTwoPaths() {
    if (place(path).equals(place(journalPath))) {
      throw oneFile();
    }
  }

  private static Path place(Path path) {
    Path absolute = path.toAbsolutePath().normalize();
    Path folder = absolute.getParent();
    try {
      return folder == null
          ? absolute
          : folder.toRealPath().resolve(absolute.getFileName()).normalize();
    } catch (IOException e) {
      return absolute; // opening the file will fail and report the reason
    }
  }

  private IllegalArgumentException oneFile() {
    return new IllegalArgumentException(
        "the file and its journal are the same file: \"" + path + "\"");
  }

  Staging open() {
    for (int i = 0; i < MAX_ATTEMPTS; i++) {
      try {
        if (openFiles()) {
          return start();
        }
      } catch (RuntimeException | Error e) {
        closeAll();
        throw e;
      }
      closeAll();
    }
    throw Failure.of("link", -Errno.EEXIST.number())
        .file(path)
        .because("other processes keep creating and removing the file or its journal")
        .exception();
  }

  private void closeAll() {
    if (pages != null) {
      pages.close();
    }
    if (journal != null) {
      journal.close();
    }
    if (journalFile != null) {
      journalFile.closeQuietly();
    }
    if (file != null) {
      file.closeQuietly();
    }
    pages = null;
    journal = null;
    journalFile = null;
    file = null;
  }

  /**
   * Opens and locks both files, and creates those that do not exist.
   *
   * @return false if another process has created one of them at the same time
   */
  private boolean openFiles() {
    OpenFile existing =
        size == EXISTING
            ? FileOpener.open(path, OpenRequest.WRITE)
            : FileOpener.openUnless(Errno.ENOENT, path, OpenRequest.WRITE);
    OpenFile existingJournal;
    try {
      existingJournal = FileOpener.openUnless(Errno.ENOENT, journalPath, OpenRequest.WRITE);
    } catch (RuntimeException | Error e) {
      if (existing != null) {
        existing.closeQuietly();
      }
      throw e;
    }
    lock(existing, existingJournal);
    if (file == null) {
      AddressSpace.requireRoom(size, path);
      file = LockedFile.create(path, size);
    }
    if (file != null && journalFile == null) {
      journalFile = LockedFile.create(journalPath, 0);
    }
    return file != null && journalFile != null;
  }

  /** Locks the files that exist. If this fails, or if they are the same file, both are closed. */
  private void lock(@Nullable OpenFile existing, @Nullable OpenFile existingJournal) {
    try {
      if (existing != null
          && existingJournal != null
          && LockedFile.status(existing).isSameFile(LockedFile.status(existingJournal))) {
        throw oneFile();
      }
      file = existing == null ? null : LockedFile.lock(existing);
      journalFile = existingJournal == null ? null : LockedFile.lock(existingJournal);
    } catch (RuntimeException | Error e) {
      for (OpenFile each : new @Nullable OpenFile[] {existingJournal, existing}) {
        if (each != null) {
          each.closeQuietly();
        }
      }
      throw e;
    }
    if (journalFile != null) {
      requireOwn(journalFile);
    }
  }

  /** Throws if the journal belongs to another file, before any file is created or changed. */
  private void requireOwn(LockedFile existing) {
    journal = new Journal(existing.file());
    JournalHeader header = journal.find();
    if (header != null && (file == null || !header.file().isOf(file.file()))) {
      throw Failure.of("open", -Errno.ESTALE.number())
          .file(journalPath)
          .because("this complete journal does not belong to \"" + path + "\" but to another file")
          .exception();
    }
    found = header;
  }

  private Staging start() {
    LockedFile data = Objects.requireNonNull(file);
    LockedFile log = Objects.requireNonNull(journalFile);
    Journal used = journal == null ? new Journal(log.file()) : journal;
    journal = used;
    FileId id = FileId.ensure(data.file());
    StagedFile target = new StagedFile(data.file(), used, id);
    if (found != null) {
      used.adopt(found);
      target.apply(found);
    }
    used.reset(id, true);
    if (data.file().size() < size) {
      AddressSpace.requireRoom(size, path);
      FileLength.extend(data.file(), size);
      data.file().sync();
    }
    data.syncName();
    log.syncName();
    ChangedPages changed = ChangedPages.open();
    pages = changed;
    return new Staging(data, log, target, used, changed, map(data.file()));
  }

  private static Region map(OpenFile data) {
    MapRequest request =
        MapRequest.ofFile(null, data)
            .shared(false)
            .protection(Protection.READ_WRITE)
            .flags(MapFlag.NORESERVE);
    return Mapper.map(
        BusHandler.isSupported() ? request.surviveBusErrors() : request, Lifetime.SHARED);
  }
}
