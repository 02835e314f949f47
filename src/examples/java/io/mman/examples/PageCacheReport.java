package io.mman.examples;

import io.mman.Residency;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Reports to the user of {@link PageCacheTool}. Each method throws an {@code IOException} if the
 * output cannot be written.
 */
interface PageCacheReport {
  /**
   * @param residency the pages, or null if the system does not reveal them
   */
  void file(Path path, long bytes, Residency residency) throws IOException;

  void failure(Path path, String reason) throws IOException;

  /** Reports that a limit was reached at the file whose failure was reported last. */
  void stop(long done, long files) throws IOException;

  void end(PageCacheTotals totals) throws IOException;
}
