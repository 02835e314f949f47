package io.mman.internal.change;

import io.mman.Errno;
import io.mman.internal.error.Failure;
import io.mman.internal.file.FileLength;
import io.mman.internal.file.FileLock;
import io.mman.internal.file.OpenFile;

/**
 * Applies a journal to its file, in a commit as well as in recovery. An instance may be used by one
 * thread at a time.
 */
final class StagedFile {
  private final OpenFile file;
  private final Journal journal;
  private final FileId id;

  StagedFile(OpenFile file, Journal journal, FileId id) {
    this.file = file;
    this.journal = journal;
    this.id = id;
  }

  FileId id() {
    return id;
  }

  /**
   * Throws if the file is shorter than expected.
   *
   * @throws io.mman.MmanException with {@code EIO} if the file has been truncated
   */
  void requireSize(long expected) {
    long size = file.size();
    if (size < expected) {
      throw Failure.of("fstat", -Errno.EIO.number())
          .file(file.path())
          .because("the file had " + expected + " bytes and was truncated to " + size + " bytes")
          .exception();
    }
  }

  /** Writes the changes in a complete journal to the file while holding its exclusive lock. */
  void apply(JournalHeader header) {
    FileLock.lock(file, false);
    try {
      requireSize(header.oldSize());
      if (file.size() < header.newSize()) {
        FileLength.extend(file, header.newSize());
      }
      journal.apply(header, file);
      file.syncData();
    } catch (RuntimeException | Error e) {
      try {
        FileLock.unlock(file);
      } catch (RuntimeException | Error second) {
        e.addSuppressed(second);
      }
      throw e;
    }
    FileLock.unlock(file);
  }
}
