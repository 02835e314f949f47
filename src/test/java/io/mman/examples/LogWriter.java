package io.mman.examples;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32;

/**
 * A process that appends numbered lines with a checksum, each by one write, while its second thread
 * truncates the file at random moments. It ends when that is done and its standard input is closed.
 * The last line has the number -1, and the number of lines is printed.
 */
final class LogWriter {
  private static final AtomicLong WRITTEN = new AtomicLong();
  private static final int LONGEST = 3 << 20;

  /** Takes the file, a seed, and how often the file is truncated. */
  public static void main(String... arguments) throws IOException, InterruptedException {
    Path path = Path.of(arguments[0]);
    Random random = new Random(Long.parseLong(arguments[1]));
    int truncations = Integer.parseInt(arguments[2]);
    Thread truncating = new Thread(() -> truncate(path, new Random(7), truncations));
    Thread reading = new Thread(LogWriter::awaitEndOfInput);
    try (FileChannel file =
        FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      truncating.start();
      reading.start();
      while (truncating.isAlive() || reading.isAlive()) {
        write(file, WRITTEN.getAndIncrement(), random);
      }
      write(file, -1, random);
    }
    System.out.println(WRITTEN);
  }

  private static void awaitEndOfInput() {
    try {
      System.in.transferTo(OutputStream.nullOutputStream());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void truncate(Path path, Random random, int times) {
    try (FileChannel file = FileChannel.open(path, StandardOpenOption.WRITE)) {
      for (int i = 0; i < times; i++) {
        // Some files are then far longer than the one before them when that is truncated.
        long next = WRITTEN.get() + (long) Math.exp(random.nextDouble() * 8);
        while (WRITTEN.get() < next) {
          Thread.onSpinWait();
        }
        file.truncate(0);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void write(FileChannel file, long number, Random random) throws IOException {
    int length = random.nextInt(5000) == 0 ? random.nextInt(LONGEST) : random.nextInt(200);
    ByteBuffer bytes = StandardCharsets.US_ASCII.encode(line(number, "x".repeat(length)) + "\n");
    if (file.write(bytes) == 0 || bytes.hasRemaining()) {
      throw new IOException("a write that is not atomic");
    }
  }

  private static String line(long number, String rest) {
    String text = number + " " + rest;
    CRC32 crc = new CRC32();
    crc.update(text.getBytes(StandardCharsets.UTF_8));
    return "%08x ".formatted(crc.getValue()) + text;
  }

  /** Returns the number of a line, having checked that it is as it was written. */
  static long check(String line) {
    String[] words = line.split(" ", 3);
    long number = words.length == 3 ? Long.parseLong(words[1]) : 0;
    if (words.length != 3 || !line.equals(line(number, words[2]))) {
      String shown = line.length() > 300 ? line.substring(0, 300) + "..." : line;
      throw new IllegalStateException("not a line that was written: \"" + shown + "\"");
    }
    return number;
  }
}
