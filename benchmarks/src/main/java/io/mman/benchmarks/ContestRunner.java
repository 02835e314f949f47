package io.mman.benchmarks;

import com.google.gson.Gson;
import com.google.gson.reflect.TypeToken;
import io.mman.benchmarks.measure.Turns;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs the contests of a section in new JVMs, and joins their turns. */
final class ContestRunner {
  private static final long LIMIT_MINUTES = 30;

  private ContestRunner() {}

  static List<Turns> run(String section, Effort effort) throws IOException, InterruptedException {
    List<Turns> all = new ArrayList<>();
    for (int i = 1; i <= effort.jvms; i++) {
      System.out.printf(" JVM %d of %d%n", i, effort.jvms);
      all.addAll(inJvm(section, effort));
    }
    return Turns.join(all);
  }

  private static List<Turns> inJvm(String section, Effort effort)
      throws IOException, InterruptedException {
    Path result = Files.createTempFile("turns", ".json");
    try {
      List<String> arguments = new ArrayList<>(Jvm.FOR_PEERS);
      arguments.addAll(Jvm.WARM_HEAP);
      arguments.add("io.mman.benchmarks.contests.ContestMain");
      arguments.addAll(
          List.of(section, effort.label(), "" + effort.contestMillis, result.toString()));
      ProcessBuilder builder = new ProcessBuilder(Jvm.command(arguments)).inheritIO();
      // Otherwise malloc would reuse freed memory, whose pages have already been accessed.
      builder.environment().put("MALLOC_MMAP_THRESHOLD_", "65536");
      Process process = builder.start();
      if (!process.waitFor(LIMIT_MINUTES, TimeUnit.MINUTES)) {
        process.destroyForcibly();
      }
      if (process.waitFor() != 0) {
        throw new IllegalStateException("the contests of " + section + " failed");
      }
      return new Gson().fromJson(Files.readString(result), new TypeToken<List<Turns>>() {});
    } finally {
      Files.delete(result);
    }
  }
}
