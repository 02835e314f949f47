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

/** Does to each file what {@link PageCacheTool} was asked for, then looks for its pages. */
final class PageCacheWork {
  private static final long PIECE = 64 << 20; // mapped between two reports of progress

  enum Deed {
    LOOK,
    TOUCH,
    EVICT,
    LOCK
  }

  private final Deed deed;
  private final Arena locked;
  private final PageCacheTotals totals;
  private final PageCacheReport report;
  private final PageCacheProgress progress;

  /**
   * @param locked the arena that keeps locked pages mapped
   */
  PageCacheWork(
      Deed deed,
      Arena locked,
      PageCacheTotals totals,
      PageCacheReport report,
      PageCacheProgress progress) {
    this.deed = deed;
    this.locked = locked;
    this.totals = totals;
    this.report = report;
    this.progress = progress;
  }

  /** Returns false if a limit was reached that no other file would pass, either. */
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
      if (deed == Deed.EVICT) {
        PageCache.drop(file);
      }
      MappedRegion region = Mapping.file(file).map(deed == Deed.LOCK ? locked : arena);
      long size = region.size();
      for (long at = 0; at < size; at += PIECE) {
        long length = Math.min(PIECE, size - at);
        if (deed == Deed.TOUCH) {
          region.populate(at, length);
        } else if (deed == Deed.LOCK) {
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
      return null; // the system reveals it only to users who own the file or may write it
    }
  }

  /** Whether the failure is a limit of this process or the system, which other files reach, too. */
  private boolean isLimit(MmanException e) {
    Errno error = e.error();
    boolean memory = error == Errno.ENOMEM || error == Errno.EAGAIN || error == Errno.EPERM;
    return error == Errno.EMFILE || error == Errno.ENFILE || deed == Deed.LOCK && memory;
  }
}
