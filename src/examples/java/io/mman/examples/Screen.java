package io.mman.examples;

import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Help.Ansi;

/**
 * What the standard streams of this process lead to.
 *
 * @param out whether the standard output is a terminal
 * @param err whether the standard error output is a terminal
 * @param columns the width of the terminal
 * @param colours whether the output may be coloured
 */
record Screen(boolean out, boolean err, int columns, boolean colours) {
  private static final int USUAL_COLUMNS = 80;

  static final Screen NONE = new Screen(false, false, USUAL_COLUMNS, false);

  Ansi ansi() {
    return colours ? Ansi.ON : Ansi.OFF;
  }

  static Screen current() {
    // Java only reports whether both the input and the output are terminals.
    List<String> test = List.of("sh", "-c", "[ -t 1 ]; o=$?; [ -t 2 ]; exit $((o + 2 * $?))");
    Map<String, String> environment = System.getenv();
    boolean isCapable = !"dumb".equals(environment.getOrDefault("TERM", "dumb"));
    try {
      int streams = new ProcessBuilder(test).inheritIO().start().waitFor();
      boolean out = (streams & 1) == 0;
      boolean err = (streams & 2) == 0;
      int columns = out || err ? columns(environment.get("COLUMNS")) : USUAL_COLUMNS;
      boolean colours = out && isCapable && environment.getOrDefault("NO_COLOR", "").isEmpty();
      return new Screen(out, err && isCapable, columns, colours);
    } catch (IOException e) {
      return NONE; // no sh
    } catch (InterruptedException e) {
      throw new IllegalStateException(e); // nobody interrupts the main thread
    }
  }

  private static int columns(String given) throws IOException, InterruptedException {
    if (given != null && given.matches("[1-9]\\d{0,3}")) {
      return Integer.parseInt(given);
    }
    Process stty =
        new ProcessBuilder("stty", "size")
            .redirectInput(new File("/dev/tty"))
            .redirectError(Redirect.DISCARD)
            .start();
    byte[] size = stty.getInputStream().readAllBytes();
    String[] words = new String(size, StandardCharsets.US_ASCII).strip().split(" ");
    boolean isKnown = words.length == 2 && words[1].matches("[1-9]\\d{0,3}");
    return isKnown ? Integer.parseInt(words[1]) : USUAL_COLUMNS; // a serial line has 0
  }
}
