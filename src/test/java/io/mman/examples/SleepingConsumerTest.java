package io.mman.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertLinesMatch;

import io.mman.testing.ChildJvm;
import io.mman.testing.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SleepingConsumerTest {
  @TempDir Path folder;

  @Test
  void itReportsTheRateAndTheProcessorTimeOfWaiting() throws IOException {
    Command.Outcome outcome =
        ChildJvm.of(SleepingConsumer.class).options("-Djava.io.tmpdir=" + folder).run();

    assertEquals("", outcome.err());
    assertLinesMatch(
        List.of(
            "SleepingConsumer: .*",
            "  FileChannel\\.map cannot do this: .*",
            "",
            "  awake:   5,000,000 messages of 32 bytes in \\d+\\.\\d\\d s: [\\d,]+ a second",
            "  asleep:  15 messages, one every 100 ms: each read [\\d,]+ microseconds .*",
            "           the thread waited for \\d+\\.\\d s and used \\d+\\.\\d ms of .*"),
        outcome.out().lines().toList());
    try (Stream<Path> left = Files.list(folder)) {
      assertEquals(List.of(), left.toList());
    }
  }
}
