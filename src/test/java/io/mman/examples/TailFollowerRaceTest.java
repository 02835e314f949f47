package io.mman.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertIterableEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.mman.Advice;
import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.Mman;
import io.mman.MmanException;
import io.mman.NativeFile;
import io.mman.testing.ChildJvm;
import io.mman.testing.Command;
import io.mman.testing.Requirements;
import io.mman.testing.Samples;
import io.mman.testing.SmallDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is delivered of a file that other processes change while it is read. */
class TailFollowerRaceTest {
  private static final int TRUNCATIONS = 200;

  @TempDir Path folder;
  private Path path;

  @BeforeEach
  void choosePath() {
    assumeTrue(Mman.survivesBusErrors());
    path = folder.resolve("log");
  }

  /** Follows a file up to the line -1, says when it begins, and prints how many lines it had. */
  static class Reader {
    public static void main(String... arguments) throws IOException {
      try (TailFollower follower = new TailFollower(Path.of(arguments[0]))) {
        long count = 0;
        long last = -1;
        while (true) {
          for (String line : follower.poll()) {
            long number = LogWriter.check(line);
            if (number < 0) {
              System.out.println(count);
              return;
            }
            if (last < 0) {
              System.out.println("reading");
            }
            if (number <= last) {
              throw new IllegalStateException(number + " after " + last);
            }
            last = number;
            count++;
          }
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"-Xmixed", "-XX:TieredStopAtLevel=1"})
  void linesAreIntactAlthoughTheFileIsTruncatedAtAnyMoment(String option) throws Exception {
    Process reader = ChildJvm.of(Reader.class).options(option).start(path.toString());
    Process writer = write(TRUNCATIONS);
    try {
      assertEquals("reading", reader.inputReader().readLine());
      writer.outputWriter().close();
      assertLines(writer, reader);
    } finally {
      writer.destroyForcibly();
      reader.destroyForcibly();
    }
  }

  @Test
  void linesAreIntactAlthoughLogrotateTruncatesTheFile() throws Exception {
    Path settings = settings("copytruncate");
    Process writer = write(0);
    Process reader = ChildJvm.of(Reader.class).start(path.toString());
    try {
      assertEquals("reading", reader.inputReader().readLine());
      for (int i = 0; i < 20; i++) {
        awaitBytes(100_000);
        rotate(settings);
      }
      writer.outputWriter().close();
      assertLines(writer, reader);
    } finally {
      writer.destroyForcibly();
      reader.destroyForcibly();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"copytruncate", "create", "nocreate"})
  void logrotateLosesNoLineThatWasThereAtThePollBefore(String way) throws IOException {
    Path settings = settings(way);
    List<String> all = new ArrayList<>();
    List<String> expected = new ArrayList<>();
    try (Following follower = new Following(path)) {
      for (int i = 1; i <= 20; i++) {
        int end = i % 2 == 0 ? 10 * i : 2000 * i; // the file is longer than the one before, or not
        List<String> lines = IntStream.range(0, end).mapToObj(n -> way + " " + n).toList();
        append(lines.subList(0, end / 2));
        all.addAll(follower.pollAll());
        append(lines.subList(end / 2, end));
        expected.addAll(lines);
        if (way.equals("copytruncate")) { // otherwise the renamed file is read to its end
          all.addAll(follower.pollAll());
        }
        rotate(settings);
      }
      all.addAll(follower.pollAll());
    }
    assertIterableEquals(expected, all);
  }

  /** A medium that cannot read most blocks: a loop device whose file was truncated. */
  static class BadDisk {
    private static final long BATCH = 1 << 20;
    private static final long CACHED = 8 * Mman.pageSize(); // after the first batch

    public static void main(String... arguments) throws IOException {
      Path disk = Path.of(arguments[0]);
      Path path = disk.resolve("log");
      List<String> lines = IntStream.range(0, 300_000).mapToObj(n -> "line " + n).toList();
      Files.write(path, lines);
      try (NativeFile file = NativeFile.open(path);
          TailFollower follower = new TailFollower(path)) {
        List<String> all = new ArrayList<>(follower.poll());
        PageCache.drop(file);
        try (MappedRegion region = Mapping.file(file).advise(Advice.RANDOM).mapConfined()) {
          region.populate(BATCH, CACHED);
          Samples.resize(Path.of(disk + ".img"), 4096);
          all.addAll(follower.poll());
        }
        String text = String.join("\n", all);
        System.out.println(text.length() > BATCH + CACHED - 20 && text.length() < BATCH + CACHED);
        System.out.println(lines.subList(0, all.size()).equals(all));
        for (int i = 0; i < 2; i++) {
          try {
            System.out.println(follower.poll().size() + " lines");
          } catch (MmanException e) {
            System.out.println(e.error());
          }
        }
      }
    }
  }

  @Test
  void linesUpToABadBlockAreDelivered() {
    Requirements.requireRoot();
    String[] mounted = SmallDisk.EXT4.mountedAt(folder);
    List<String> lines =
        ChildJvm.of(BadDisk.class).under(mounted).run(SmallDisk.EXT4.path(folder)).lines();

    assertEquals(List.of("true", "true", "EIO", "EIO"), lines);
  }

  private Process write(int truncations) {
    return ChildJvm.of(LogWriter.class).start(path.toString(), "1", "" + truncations);
  }

  private void append(List<String> lines) throws IOException {
    Files.write(path, lines, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  private void awaitBytes(long bytes) throws IOException {
    while (!Files.exists(path) || Files.size(path) < bytes) {
      Thread.onSpinWait();
    }
  }

  private static void assertLines(Process writer, Process reader) throws Exception {
    long written = Long.parseLong(writer.inputReader().readLine());
    String read = reader.inputReader().readLine();
    assertTrue(read != null, "the reader has failed");
    assertTrue(Long.parseLong(read) > TRUNCATIONS, read + " of " + written);
    assertTrue(reader.waitFor(1, TimeUnit.MINUTES));
    assertEquals(0, reader.exitValue());
  }

  private Path settings(String way) throws IOException {
    Requirements.requirePrograms("logrotate");
    String text = "\"%s\" {\n  rotate 3\n  missingok\n  %s\n}\n".formatted(path, way);
    return Files.writeString(folder.resolve("settings"), text);
  }

  private void rotate(Path settings) {
    String state = folder.resolve("state").toString();
    Command.run(List.of("logrotate", "--force", "--state", state, settings.toString())).success();
  }
}
