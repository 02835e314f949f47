package io.mman.examples;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;

/**
 * Prints lines, and below them, if the error output is a terminal, a line that is rewritten. Any
 * thread may print.
 */
final class Console {
  private static final String ERASE = "\r\u001b[K";

  private final Writer out;
  private final Writer err;
  private final Screen screen;
  private boolean isRewritable; // the rewritten line is visible

  Console(Writer out, Writer err, Screen screen) {
    this.out = out;
    this.err = err;
    this.screen = screen;
  }

  void out(String line) throws IOException {
    print(line + "\n");
  }

  synchronized void print(String text) throws IOException {
    if (screen.out()) {
      erase();
    }
    out.write(text);
    if (screen.out()) {
      out.flush(); // it may take long until the next line
    }
  }

  synchronized void err(String line) throws IOException {
    erase();
    err.write(line + "\n");
    err.flush();
  }

  /** Shows a line in place of the last one. */
  synchronized void rewrite(String line) {
    try {
      err.write(ERASE + line);
      err.flush();
      isRewritable = true;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  synchronized void erase() throws IOException {
    if (isRewritable) {
      isRewritable = false;
      err.write(ERASE);
      err.flush();
    }
  }

  synchronized void flush() throws IOException {
    out.flush();
  }
}
