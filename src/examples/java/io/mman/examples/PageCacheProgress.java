package io.mman.examples;

import io.mman.examples.PageCacheFiles.FoundFile;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;
import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** The line on the terminal that shows the progress of {@link PageCacheTool}. */
final class PageCacheProgress implements AutoCloseable {
  private static final int MILLISECONDS = 200; // between two updates
  private static final long PATIENCE_NANOS =
      400_000_000; // in a shorter run, the line would only flicker
  private static final int NARROW = 60; // columns below which there is no room for the time left
  private static final long MEBIBYTE = 1 << 20;

  private final Console console;
  private final ProgressBar bar; // null if there is no terminal to show it
  private String files;
  private long done;

  /**
   * @param nanos the clock, in nanoseconds
   */
  PageCacheProgress(Console console, Screen screen, LongSupplier nanos) {
    this.console = console;
    this.bar = screen.err() ? bar(console, screen.columns(), nanos) : null;
  }

  private static ProgressBar bar(Console console, int columns, LongSupplier nanos) {
    long start = nanos.getAsLong();
    ProgressBarBuilder builder = new ProgressBarBuilder();
    if (columns < NARROW) {
      builder.hideEta();
    }
    return builder
        .setTaskName("pages")
        .setInitialMax(-1) // not known yet
        .setUnit(" MiB", MEBIBYTE)
        .setStyle(ProgressBarStyle.ASCII)
        .setUpdateIntervalMillis(MILLISECONDS)
        .setConsumer(
            new DelegatingProgressBarConsumer(
                line -> {
                  if (nanos.getAsLong() - start > PATIENCE_NANOS) {
                    console.rewrite(line);
                  }
                },
                columns - 1)) // terminals wrap a full line
        .build();
  }

  void found(int number) {
    if (bar != null) {
      bar.setExtraMessage(PageCacheWords.count(number, "file") + " found");
    }
  }

  void begin(List<FoundFile> all) {
    files = " of " + PageCacheWords.count(all.size(), "file");
    if (bar != null) {
      bar.reset(); // the time of the search says nothing about the time left
      bar.maxHint(all.stream().mapToLong(FoundFile::size).sum());
      bar.setExtraMessage(0 + files);
    }
  }

  void bytesDone(long bytes) {
    if (bar != null) {
      bar.stepBy(bytes);
    }
  }

  void fileDone() {
    done++;
    if (bar != null) {
      bar.setExtraMessage(String.format(Locale.ROOT, "%,d%s", done, files));
    }
  }

  @Override
  public void close() throws IOException {
    if (bar != null) {
      bar.close();
      console.erase();
    }
  }
}
