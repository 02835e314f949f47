package io.mman.examples;

import io.mman.MmanException;
import io.mman.testing.ChildJvm;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A {@link TailFollower} in another JVM, which a bus error would end. */
final class Following implements AutoCloseable {
  private final Process process;
  private final PrintWriter toChild;
  private final BufferedReader fromChild;

  Following(Path path) {
    this(ChildJvm.of(Child.class), path);
  }

  /** With a child that runs {@link Child}. */
  Following(ChildJvm child, Path path) {
    process = child.start(path.toString());
    toChild = new PrintWriter(process.outputWriter(), true);
    fromChild = process.inputReader();
  }

  /** Returns what one poll delivers, or the name of its errno. */
  List<String> poll() throws IOException {
    toChild.println("poll");
    String count = fromChild.readLine();
    if (count == null) {
      throw new AssertionError("the JVM that follows has ended");
    }
    List<String> lines = new ArrayList<>();
    for (int i = Integer.parseInt(count); i > 0; i--) {
      lines.add(fromChild.readLine());
    }
    return lines;
  }

  /** Returns what the polls deliver until one is empty. */
  List<String> pollAll() throws IOException {
    List<String> all = new ArrayList<>();
    for (List<String> lines = poll(); !lines.isEmpty(); lines = poll()) {
      all.addAll(lines);
    }
    return all;
  }

  @Override
  public void close() {
    process.destroyForcibly();
    process.onExit().join();
  }

  /** Polls once for each line of its standard input. */
  static final class Child {
    public static void main(String... arguments) throws IOException {
      BufferedReader parent = new BufferedReader(new InputStreamReader(System.in));
      try (TailFollower follower = new TailFollower(Path.of(arguments[0]))) {
        while (parent.readLine() != null) {
          List<String> lines = poll(follower);
          System.out.println(lines.size());
          lines.forEach(System.out::println);
        }
      }
    }

    private static List<String> poll(TailFollower follower) throws IOException {
      try {
        return follower.poll();
      } catch (MmanException e) {
        return List.of(e.error().name());
      }
    }
  }
}
