package io.mman.examples;

import io.mman.MmanException;
import io.mman.NativeFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Runs two examples: {@link Sharing}, then {@link PageCache} on a file. The default file is {@code
 * lib/modules} of the JDK.
 *
 * <pre>
 * mvn -q test-compile exec:exec
 * mvn -q test-compile exec:exec -Dfile=PATH
 * </pre>
 */
public final class Main {
  private Main() {}

  public static void main(String... arguments) throws InterruptedException {
    boolean isGiven = arguments.length > 0 && !arguments[0].isEmpty();
    Path path =
        isGiven ? Path.of(arguments[0]) : Path.of(System.getProperty("java.home"), "lib/modules");
    try {
      run(path);
    } catch (MmanException | IOException e) {
      System.out.flush();
      System.err.println("The examples stopped: " + e.getMessage());
      System.exit(1);
    }
  }

  private static void run(Path path) throws IOException, InterruptedException {
    if (Files.exists(path) && !Files.isRegularFile(path)) {
      throw new IOException("\"" + path + "\" is not a regular file");
    }
    // The file is opened first, so that a mistyped name is reported at once.
    try (NativeFile file = NativeFile.open(path)) {
      Sharing.run();
      System.out.println();
      PageCache.run(file);
    }
  }
}
