package io.mman.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.FileAdvice;
import io.mman.Mman;
import io.mman.NativeFile;
import io.mman.testing.BelowTarget;
import io.mman.testing.ChildJvm;
import io.mman.testing.Command;
import io.mman.testing.Requirements;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Random;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PageCacheTest {
  private static final Pattern BAR =
      Pattern.compile("  (\\w.*\\w) +\\[([ oO]*)] *([\\d,]+)/([\\d,]+) pages, \\d+%");
  private static final Pattern CHECKSUM = Pattern.compile("  CRC32C through .* ([0-9a-f]{8})");

  @TempDir(factory = BelowTarget.class)
  Path folder;

  @Test
  void barFillsAndEmptiesAndBothChecksumsAreRight() throws IOException {
    byte[] content = new byte[120 * 4096 + 1];
    new Random(42).nextBytes(content);
    Path file = Files.write(folder.resolve("a file"), content);
    dropFromCache(file);
    Output output = Output.of(ChildJvm.of(PageCache.class).run(file.toString()));

    assertTrue(output.text.contains("\n  FileChannel.map cannot show this: "), output.text);
    assertTrue(output.text.contains("  " + file + ", 491,521 bytes"), output.text);
    assertEquals(List.of("before", "after WILLNEED", "after DONTNEED"), output.labels());
    long pages = Math.ceilDiv(content.length, Mman.pageSize());
    assertEquals(pages, output.pages());
    assertEquals(pages, output.resident(1));
    assertEquals("O".repeat((int) Math.min(50, pages)), output.bars.get(1).group(2));
    assertTrue(output.resident(2) < pages, output.text);
    assertTrue(output.bars.get(2).group(2).contains(" "), output.text);
    CRC32C crc = new CRC32C();
    crc.update(content);
    output.assertChecksums(crc);
  }

  @Test
  void fileOfMoreThanTwoGibibytesWorks() throws IOException {
    Path file = folder.resolve("large");
    long size = (1L << 31) + Mman.pageSize();
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(new byte[] {1}), size - 1); // a hole before it
    }
    Output output = Output.of(ChildJvm.of(PageCache.class).run(file.toString()));

    assertEquals(size / Mman.pageSize(), output.pages());
    CRC32C crc = new CRC32C();
    byte[] zeros = new byte[1 << 20];
    for (long at = 0; at < 1L << 31; at += zeros.length) {
      crc.update(zeros);
    }
    crc.update(zeros, 0, (int) Mman.pageSize() - 1);
    crc.update(1);
    output.assertChecksums(crc);
  }

  @Test
  void emptyFileWorks() throws IOException {
    Path file = Files.createFile(folder.resolve("empty"));
    Output output = Output.of(ChildJvm.of(PageCache.class).run(file.toString()));

    assertEquals(3, output.bars.size(), output.text);
    assertEquals("", output.bars.getFirst().group(2));
    assertEquals(0, output.pages());
    output.assertChecksums(new CRC32C());
  }

  @Test
  void fileOfAnotherUserHasChecksumsButNoBar() throws IOException {
    Path file = Files.writeString(folder.resolve("theirs"), "123456789");
    makeSomebodyElses(file);
    // Root without the capabilities that make it the owner of every file.
    String capabilities = "--bounding-set=-fowner,-dac_override,-dac_read_search";
    Output output =
        Output.of(ChildJvm.of(PageCache.class).under("setpriv", capabilities).run(file.toString()));

    assertTrue(output.text.contains("from a process that neither owns the file"), output.text);
    assertTrue(output.text.contains("Try a file of your own"), output.text);
    assertEquals(List.of(), output.bars);
    assertEquals("e3069283", output.checksums.getFirst().group(1)); // the check value of CRC32C
  }

  private static void makeSomebodyElses(Path file) throws IOException {
    Requirements.requireRoot();
    Files.setAttribute(file, "unix:uid", 65534);
  }

  private static void dropFromCache(Path path) {
    try (NativeFile file = NativeFile.open(path)) {
      file.syncData();
      file.advise(FileAdvice.DONTNEED, 0, 0);
    }
  }

  /** The output of the example, and the relevant lines in it. */
  private record Output(String text, List<MatchResult> bars, List<MatchResult> checksums) {
    static Output of(Command.Outcome outcome) {
      String text = outcome.success();
      assertEquals("", outcome.err());
      return new Output(text, matches(BAR, text), matches(CHECKSUM, text));
    }

    private static List<MatchResult> matches(Pattern line, String text) {
      return line.matcher(text).results().toList();
    }

    List<String> labels() {
      return bars.stream().map(bar -> bar.group(1)).toList();
    }

    long resident(int bar) {
      return number(bars.get(bar).group(3));
    }

    long pages() {
      return number(bars.getFirst().group(4));
    }

    private static long number(String text) {
      return Long.parseLong(text.replace(",", ""));
    }

    void assertChecksums(CRC32C expected) {
      String crc = "%08x".formatted(expected.getValue());
      assertEquals(List.of(crc, crc), checksums.stream().map(sum -> sum.group(1)).toList());
    }
  }
}
