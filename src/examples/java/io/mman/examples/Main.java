package io.mman.examples;

import io.mman.Errno;
import io.mman.MmanException;
import io.mman.NativeFile;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Shows what the library does, in a few seconds. Runs {@link Sharing}, {@link Truncation}, {@link
 * GrowingRegion} and {@link SleepingConsumer}, and then {@link PageCache} on a file. The default
 * file is {@code lib/modules} of the JDK or, if the user may not write that, a library of the class
 * path.
 *
 * <pre>
 * mvn -q test-compile exec:exec
 * mvn -q test-compile exec:exec -Dfile=PATH
 * </pre>
 */
public final class Main {
  /** One of the examples, which print what they do. */
  private interface Part {
    /**
     * Runs the example.
     *
     * @throws UnsupportedOperationException if this system lacks a feature that the example needs
     */
    void run() throws IOException, InterruptedException;
  }

  private Main() {}

  public static void main(String... arguments) throws InterruptedException {
    boolean isGiven = arguments.length > 0 && !arguments[0].isEmpty();
    try {
      run(isGiven ? Path.of(arguments[0]) : defaultFile());
    } catch (IOException | RuntimeException e) {
      System.out.flush();
      System.err.println("The examples stopped: " + messageOf(e));
      System.exit(1);
    }
  }

  /**
   * Returns the file with the classes of the JDK if the user may write it, or otherwise the largest
   * library of the class path. Linux does not show which pages of a file are in memory to users who
   * neither own the file nor may write it.
   */
  private static Path defaultFile() {
    Path modules = Path.of(System.getProperty("java.home"), "lib/modules");
    if (Files.isWritable(modules)) {
      return modules;
    }
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
        .map(Path::of)
        .filter(path -> Files.isRegularFile(path) && Files.isWritable(path))
        .max(Comparator.comparingLong(path -> path.toFile().length()))
        .orElse(modules);
  }

  private static void run(Path path) throws IOException, InterruptedException {
    if (Files.exists(path) && !Files.isRegularFile(path)) {
      throw new IllegalArgumentException("\"" + path + "\" is not a regular file");
    }
    // The file is opened before the other examples run, so that a mistyped name is reported at
    // once.
    try (NativeFile file = NativeFile.open(path)) {
      List<Part> parts =
          List.of(
              Sharing::run,
              Truncation::run,
              GrowingRegion::run,
              SleepingConsumer::run,
              () -> PageCache.run(file));
      for (Part part : parts) {
        runIfPossible(part);
        System.out.println();
      }
    }
  }

  private static void runIfPossible(Part part) throws IOException, InterruptedException {
    try {
      part.run();
    } catch (UnsupportedOperationException e) {
      System.out.println("  Not possible here: " + e.getMessage());
    } catch (MmanException e) {
      if (e.error() != Errno.ENOSYS && e.error() != Errno.EOPNOTSUPP) {
        throw e;
      }
      System.out.println("  Not possible here: " + e.getMessage());
    }
  }

  private static String messageOf(Exception e) {
    // The messages of other exceptions, such as NoSuchFileException, are not whole sentences.
    return e instanceof MmanException || e instanceof IllegalArgumentException
        ? e.getMessage()
        : e.toString();
  }
}
