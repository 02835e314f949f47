package io.mman.examples;

import io.mman.Residency;
import java.io.IOException;
import java.nio.file.Path;

/** Tells the user of {@link PageCacheTool} what was found; throws if the output ends. */
interface PageCacheReport {
  /**
   * @param residency the pages, or null if the system does not reveal them
   */
  void file(Path path, long bytes, Residency residency) throws IOException;

  void failure(Path path, String reason) throws IOException;

  /** A limit was reached with the file that failed last. */
  void stop(long done, long files) throws IOException;

  void end(PageCacheTotals totals) throws IOException;
}
