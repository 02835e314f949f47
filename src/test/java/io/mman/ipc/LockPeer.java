package io.mman.ipc;

import io.mman.testing.CProgram;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The program in C that takes part in a lock. */
final class LockPeer {
  private static final Path PROTOCOL = Path.of("src/main/java/io/mman/ipc/doc-files/shared-lock.c");

  private final Path program;
  private final Path memory;
  private final Path lockFile;

  LockPeer(Path folder, Path memory, Path lockFile) throws IOException {
    this.program = CProgram.compile(folder, Files.readString(PROTOCOL) + source());
    this.memory = memory;
    this.lockFile = lockFile;
  }

  private static String source() throws IOException {
    try (InputStream in = LockPeer.class.getResourceAsStream("lock-peer.c")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /** Returns the words of a command; {@code before} are those of a wrapper. */
  List<String> words(List<String> before, long offset, String mode, int n) {
    List<String> words = new ArrayList<>(before);
    words.addAll(List.of(program.toString(), memory.toString(), lockFile.toString()));
    words.addAll(List.of(Long.toString(offset), mode, Integer.toString(n)));
    return words;
  }

  List<String> words(String mode, int n) {
    return words(List.of(), 0, mode, n);
  }

  Process start(String mode, int n) {
    return start(words(mode, n));
  }

  static Process start(List<String> words) {
    try {
      return new ProcessBuilder(words).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Starts a process that acquires a lock, and waits until it has. */
  Process hold(long offset) throws IOException {
    Process process = start(words(List.of(), offset, "hold", 0));
    line(process);
    return process;
  }

  /** Returns the first line that a process prints. */
  static String line(Process process) throws IOException {
    BufferedReader reader = process.inputReader(StandardCharsets.UTF_8);
    return reader.readLine();
  }
}
