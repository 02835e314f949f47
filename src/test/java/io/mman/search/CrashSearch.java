package io.mman.search;

import io.mman.testing.ChildJvm;
import io.mman.testing.Command;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Starts the JVMs of a search and reports how each of them ended. */
final class CrashSearch {
  private static final String ALL = "all";
  private static final Path SHARED_MEMORY = Path.of("/dev/shm");

  private final Path before;

  private int runs;

  CrashSearch() {
    this(null);
  }

  /**
   * A search in a library built differently.
   *
   * @param before a folder of classes that come before those of the library, or null
   */
  CrashSearch(Path before) {
    this.before = before;
  }

  /** A sequence that went wrong, and how. */
  record Finding(long seed, List<Step> steps, String what) {
    @Override
    public String toString() {
      StringBuilder text = new StringBuilder(what).append("\n\n");
      steps.forEach(step -> text.append(step).append('\n'));
      return text
          + "\nmvn -q test -Dtest=CrashSearchTest -Dmman.search.seed="
          + seed
          + " -Dmman.search.steps="
          + Step.numbers(steps);
    }
  }

  /**
   * Tries seed after seed for some time, storms three times of four. It begins with a storm if the
   * first seed is odd, else beside the model.
   */
  Optional<Finding> search(long firstSeed, long millis, long millisOfChild) {
    long end = System.nanoTime() + millis * 1_000_000;
    int besideModel = Step.isStorm(firstSeed) ? 3 : 0;
    long seed = firstSeed & -2;
    while (System.nanoTime() - end < 0) {
      boolean storm = runs++ % 4 != besideModel;
      Optional<Finding> finding = run(storm ? seed + 1 : seed, ALL, millisOfChild, 2);
      if (finding.isPresent()) {
        return finding;
      }
      seed += 1 << 20; // more than one child can do
    }
    return Optional.empty();
  }

  /** Does some steps of one seed again and again, until they fail or the time is over. */
  Optional<Finding> repeat(long seed, String steps, long millis) {
    return run(seed, steps, millis, 0);
  }

  private Optional<Finding> run(long seed, String steps, long millis, long add) {
    Path folder = newFolder();
    try {
      ChildJvm child =
          ChildJvm.of(SearchChild.class)
              .options("-XX:+UseSerialGC", "-Xmx256m", "-Djava.io.tmpdir=" + folder);
      child = before == null ? child : child.withClassesBefore(before);
      Command.Outcome outcome =
          child.run(folder.toString(), "" + seed, steps, "" + millis, "" + add);
      return outcome.exitCode() == 0
          ? Optional.empty()
          : Optional.of(finding(outcome.out(), steps, describe(outcome)));
    } catch (Command.Timeout hang) {
      return Optional.of(finding(hang.out(), steps, "the JVM hangs: " + hang.getMessage()));
    } finally {
      delete(folder);
    }
  }

  private static String describe(Command.Outcome outcome) {
    String said = outcome.out().replaceAll("(?m)^" + SearchChild.SEED + ".*\\R", "");
    return "exit code " + outcome.exitCode() + "\n" + said + outcome.err();
  }

  private static Finding finding(String out, String steps, String what) {
    String last = out.lines().filter(line -> line.startsWith(SearchChild.SEED)).toList().getLast();
    long seed = Long.parseLong(last.substring(SearchChild.SEED.length()));
    return new Finding(seed, Step.some(seed, steps), what);
  }

  /** On a shared disk a sequence could take so long that it seems to hang. */
  private static Path newFolder() {
    try {
      return Files.isWritable(SHARED_MEMORY)
          ? Files.createTempDirectory(SHARED_MEMORY, FileOps.MARK)
          : Files.createTempDirectory(FileOps.MARK);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void delete(Path folder) {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
