package io.mman.testing;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** Runs a program to its end, for a bounded time. */
public final class Command {
  private static final long SECONDS = 120;

  private Command() {}

  /** How a program ended; {@code out} and {@code err} are what it wrote. */
  public record Outcome(int exitCode, String out, String err) {
    /** Returns what the program wrote to its standard output, having checked that it succeeded. */
    public String success() {
      if (exitCode != 0) {
        throw new AssertionError("it ended with " + this);
      }
      return out;
    }

    /** Returns the lines of the standard output, having checked that the program succeeded. */
    public List<String> lines() {
      return success().lines().toList();
    }
  }

  /** A program that did not end, and was killed. */
  @SuppressWarnings("serial") // nobody writes it
  public static final class Timeout extends AssertionError {
    private final Outcome outcome;

    private Timeout(List<String> words, long seconds, Outcome outcome) {
      super("no end after " + seconds + " s: " + words + " " + outcome);
      this.outcome = outcome;
    }

    /** Returns what it had written before. */
    public String out() {
      return outcome.out();
    }
  }

  /** Returns whether a program of this name is on the PATH. */
  public static boolean exists(String program) {
    return Pattern.compile(File.pathSeparator)
        .splitAsStream(System.getenv().getOrDefault("PATH", ""))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
  }

  /** Runs a program; it is killed, and the test fails, if it takes minutes. */
  public static Outcome run(List<String> words) {
    return run(words, SECONDS);
  }

  /** Runs a program; it is killed, and the test fails, if it takes longer. */
  public static Outcome run(List<String> words, long seconds) {
    try {
      Path out = Files.createTempFile("mman-out", ".txt");
      Path err = Files.createTempFile("mman-err", ".txt");
      try {
        // Files, not pipes: a full pipe that is not read would stop the program.
        Process process =
            new ProcessBuilder(words)
                .redirectInput(new File("/dev/null"))
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        boolean ended = await(process, seconds);
        Outcome outcome = new Outcome(ended ? process.exitValue() : -1, read(out), read(err));
        if (!ended) {
          throw new Timeout(words, seconds, outcome);
        }
        return outcome;
      } finally {
        Files.delete(out);
        Files.delete(err);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean await(Process process, long seconds) {
    boolean ended = false;
    try {
      ended = process.waitFor(seconds, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (!ended) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
    return ended;
  }

  private static String read(Path file) throws IOException {
    return Files.readString(file, StandardCharsets.ISO_8859_1);
  }
}
