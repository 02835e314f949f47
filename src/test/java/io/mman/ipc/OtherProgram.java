package io.mman.ipc;

import io.mman.testing.CProgram;
import io.mman.testing.Requirements;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A program in another language, or a JVM, that gives or takes; {@link #close} ends it. */
record OtherProgram(Process process, BufferedReader out) implements AutoCloseable {
  private static final long SECONDS = 60;

  OtherProgram(Process process) {
    this(process, process.inputReader());
  }

  /** Starts a script of the folder of resources. */
  static OtherProgram python(Path folder, String script, Object... arguments) throws IOException {
    Requirements.requirePrograms("python3");
    Path file = folder.resolve(script);
    if (!Files.exists(file)) {
      Files.writeString(file, resource(script));
    }
    return start(Stream.concat(Stream.of("python3", file), Stream.of(arguments)));
  }

  /** Compiles and starts the program in C. */
  static OtherProgram inC(Path folder, Object... arguments) throws IOException {
    Path program = CProgram.compile(folder, resource("peer.c"));
    return start(Stream.concat(Stream.of(program), Stream.of(arguments)));
  }

  private static String resource(String name) throws IOException {
    try (InputStream in = OtherProgram.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static OtherProgram start(Stream<Object> words) throws IOException {
    List<String> command = words.map(Object::toString).toList();
    return new OtherProgram(
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
  }

  /** Returns the next line that it prints, or null at the end. */
  String line() {
    try {
      return out.readLine();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Lets it end, and waits until it has ended with success. */
  void requireSuccess() throws IOException, InterruptedException {
    process.getOutputStream().close();
    if (!process.waitFor(SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
      throw new AssertionError("exit code of " + process);
    }
  }

  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly().onExit().join();
  }
}
