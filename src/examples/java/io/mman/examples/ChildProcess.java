package io.mman.examples;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Starts a second JVM with the same class path, for the examples that need two processes. */
final class ChildProcess {
  private ChildProcess() {}

  /** Starts the JVM; its standard error is inherited, its input and output belong to the caller. */
  static Process start(Class<?> main, String... arguments) {
    return start(
        builder(List.of(), main, arguments).redirectError(ProcessBuilder.Redirect.INHERIT));
  }

  /**
   * Starts a process.
   *
   * @throws UnsupportedOperationException if that is not possible here, for example because the
   *     Java runtime has no {@code bin/java}
   */
  static Process start(ProcessBuilder process) {
    try {
      return process.start();
    } catch (IOException e) {
      throw new UnsupportedOperationException(
          "no other process can be started: " + e.getMessage(), e);
    }
  }

  /** Returns how to start the JVM, with options of its own. */
  static ProcessBuilder builder(List<String> options, Class<?> main, String... arguments) {
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin/java").toString());
    words.addAll(options);
    words.add("--enable-native-access=ALL-UNNAMED");
    words.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    words.addAll(List.of(arguments));
    return new ProcessBuilder(words);
  }
}
