package io.mman.examples;

import io.mman.Errno;
import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.MmanException;
import io.mman.NativeFile;
import io.mman.Residency;
import io.mman.examples.PageCacheFiles.FoundFile;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.List;

/** Performs the action that {@link PageCacheTool} was given on each file, then counts its pages. */
final class PageCacheWork {
  private static final long PIECE = 64 << 20; // processed between two reports of progress

  enum Action {
    LOOK,
    TOUCH,
    EVICT,
    LOCK
  }

  private final Action action;
  private final Arena locked;
  private final PageCacheTotals totals;
  private final PageCacheReport report;
  private final PageCacheProgress progress;

  /**
   * @param locked the arena that keeps locked pages mapped
   */
  PageCacheWork(
      Action action,
      Arena locked,
      PageCacheTotals totals,
      PageCacheReport report,
      PageCacheProgress progress) {
    this.action = action;
    this.locked = locked;
    this.totals = totals;
    this.report = report;
    this.progress = progress;
  }

  /** Returns false if a limit was reached that would make every other file fail, too. */
  boolean visit(List<FoundFile> files) throws IOException {
    progress.begin(files);
    for (FoundFile file : files) {
      Path path = file.path();
      try {
        visit(path);
      } catch (MmanException e) {
        totals.addFailure();
        report.failure(path, PageCacheWords.reason(e));
        if (isLimit(e)) {
          report.stop(totals.files(), files.size());
          return false;
        }
      }
      progress.fileDone();
    }
    return true;
  }

  private void visit(Path path) throws IOException {
    try (NativeFile file = NativeFile.open(path);
        Arena arena = Arena.ofConfined()) {
      if (action == Action.EVICT) {
        PageCache.drop(file);
      }
      MappedRegion region = Mapping.file(file).map(action == Action.LOCK ? locked : arena);
      long size = region.size();
      for (long at = 0; at < size; at += PIECE) {
        long length = Math.min(PIECE, size - at);
        if (action == Action.TOUCH) {
          region.populate(at, length);
        } else if (action == Action.LOCK) {
          region.lock(at, length);
        }
        progress.bytesDone(length);
      }
      Residency residency = residency(region);
      totals.addFile(size, residency);
      report.file(path, size, residency);
    }
  }

  private static Residency residency(MappedRegion region) {
    try {
      return region.residency();
    } catch (UnsupportedOperationException e) {
      return null; // the system shows it only to users who own the file or may write it
    }
  }

  /** Returns whether a limit of this process or of the system has been reached. */
  private boolean isLimit(MmanException e) {
    Errno error = e.error();
    boolean memory = error == Errno.ENOMEM || error == Errno.EAGAIN || error == Errno.EPERM;
    return error == Errno.EMFILE || error == Errno.ENFILE || action == Action.LOCK && memory;
  }
}
