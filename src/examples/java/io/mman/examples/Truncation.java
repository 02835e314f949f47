package io.mman.examples;

import io.mman.Mman;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;

/**
 * Truncates a mapped file while four threads of another JVM ({@link TruncationChild}) read it. If
 * that JVM has mapped the file with {@link FileChannel#map}, it crashes. If it has mapped the file
 * with {@link io.mman.Mapping#surviveBusErrors}, its threads continue.
 *
 * <pre>
 * mvn -q test-compile exec:exec -Dexample=Truncation
 * </pre>
 */
public final class Truncation {
  private static final long SIZE = 64 << 20;
  private static final long REST = 16 << 20;

  /** Options that prevent a core dump, after which the exit code would be 134, and a crash log. */
  private static final List<String> OPTIONS =
      List.of("-Xmx64m", "-XX:-CreateCoredumpOnCrash", "-XX:ErrorFile=/dev/null");

  private Truncation() {}

  public static void main(String... arguments) throws IOException, InterruptedException {
    run();
  }

  static void run() throws IOException, InterruptedException {
    System.out.printf(
        Locale.ROOT,
        "Truncation: a file of %,d bytes is truncated to %,d, while four threads of another JVM"
            + " read it%n",
        SIZE,
        REST);
    System.out.println(
        "  FileChannel.map cannot survive this: reading a page that the file has lost crashes the"
            + " JVM.");
    Path path = Files.createTempFile("mman-truncation-", ".bin");
    try {
      System.out.println("\nThe other JVM has mapped it with FileChannel.map:");
      run(path, TruncationChild.CHANNEL);
      System.out.println(
          "\nThe other JVM has mapped it with Mapping.file(path).surviveBusErrors():");
      if (Mman.survivesBusErrors()) {
        run(path, TruncationChild.SURVIVING);
      } else {
        System.out.println("  Not possible here: Mman.survivesBusErrors() returns false");
      }
    } finally {
      Files.delete(path);
    }
  }

  /** Starts the child, changes the file when the child requests it, and prints its report. */
  private static void run(Path path, String way) throws IOException, InterruptedException {
    try (FileChannel file = FileChannel.open(path, StandardOpenOption.WRITE)) {
      extend(file);
      Process child =
          ChildProcess.start(
              ChildProcess.builder(OPTIONS, TruncationChild.class, path.toString(), way)
                  .redirectErrorStream(true));
      try (PrintWriter toChild = new PrintWriter(child.outputWriter(), true);
          BufferedReader fromChild = child.inputReader()) {
        for (String line = ""; line != null; line = fromChild.readLine()) {
          if (line.equals(TruncationChild.READING)) {
            file.truncate(REST);
          } else if (line.equals(TruncationChild.LOST)) {
            extend(file);
            toChild.println("extended");
          } else if (line.startsWith("  ")) {
            System.out.println(line);
          } else if (line.contains(
              "SIGBUS")) { // the line of HotSpot's crash report that names the signal
            System.out.println("  it has crashed: " + line.replaceFirst("#\\s*", ""));
          }
        }
      } finally {
        child.destroyForcibly();
      }
      System.out.println("  exit code " + child.waitFor());
    }
  }

  private static void extend(FileChannel file) throws IOException {
    file.write(ByteBuffer.wrap(new byte[] {1}), SIZE - 1);
  }
}
