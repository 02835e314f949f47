package io.mman.examples;

import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.NativeFile;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Shows which stores of one process are visible to another: the classic demonstration of mmap(2),
 * with a second JVM ({@link SharingChild}) in place of a forked process.
 *
 * <pre>
 * java --enable-native-access=ALL-UNNAMED -cp CLASSES io.mman.examples.Sharing
 * </pre>
 */
public final class Sharing {
  private static final String ROW = "  %-15s %-12s %-12s %-12s %-12s %s";
  private static final long SIZE = 4096;
  private static final String INTRODUCTION =
      """
      Sharing: which stores of one process are visible to another
        FileChannel.map cannot do this: it maps no memory without a file, and no device.

      The parent stores a string in five mappings. The child is another JVM. It opens the memfd as
      %s and the file by its name, and has a private mapping of its own.
      Anonymous memory and /dev/zero have no name that the child could open. Only a forked process
      would inherit them, and a JVM cannot fork.
      """;

  private Sharing() {}

  public static void main(String... arguments) throws IOException, InterruptedException {
    run();
  }

  static void run() throws IOException, InterruptedException {
    Path path = Files.createTempFile("mman-sharing-", ".txt");
    try (Arena arena = Arena.ofConfined();
        NativeFile memory = NativeFile.memory("sharing", SIZE)) {
      Mapping file = Mapping.file(path).create(SIZE); // also makes it READ_WRITE
      MappedRegion shared = file.map(arena);
      MappedRegion copyOnWrite = file.copyOnWrite().map(arena);
      Mapping zero = Mapping.file(Path.of("/dev/zero")).range(0, SIZE); // a device has no length
      List<MappedRegion> mappings =
          List.of(
              Mapping.file(memory).readWrite().map(arena),
              shared,
              copyOnWrite,
              Mapping.anonymous(SIZE).shared().map(arena),
              zero.readWrite().map(arena));

      System.out.printf(INTRODUCTION, memory.path());
      System.out.println();
      System.out.println(row("", "memfd", "file", "file", "anonymous", "/dev/zero"));
      System.out.println(row("", "shared", "shared", "private", "shared", "shared"));
      talk(mappings, memory.path(), path);
      System.out.println();
      shared.sync();
      report("The parent syncs its shared mapping:", path);
      copyOnWrite.segment().setString(0, "string 3");
      report("It stores \"string 3\" in the private one:", path);
    } finally {
      Files.delete(path);
    }
  }

  /** Lets parent and child take turns, the one storing, the other reading; pipes connect them. */
  private static void talk(List<MappedRegion> mappings, Path memory, Path file)
      throws IOException, InterruptedException {
    Process child = ChildProcess.start(SharingChild.class, memory.toString(), file.toString());
    try (PrintWriter toChild = new PrintWriter(child.outputWriter(), true);
        BufferedReader fromChild = child.inputReader()) {
      for (String text : List.of("string 1", "string 2")) {
        mappings.forEach(mapping -> mapping.segment().setString(0, text));
        System.out.println(lookAt("parent", mappings));
        toChild.println("look");
        String row = fromChild.readLine();
        if (row == null) {
          throw new IOException("the child ended early");
        }
        System.out.println(row);
      }
    }
    child.waitFor(); // the child ends when its standard input ends
  }

  /** Returns a row of the table: the strings this process sees, and a dash if it has no mapping. */
  static String lookAt(String role, List<MappedRegion> mappings) {
    List<String> words = new ArrayList<>(List.of(role + " " + ProcessHandle.current().pid()));
    for (MappedRegion mapping : mappings) {
      words.add(mapping.segment().getString(0));
    }
    while (words.size() < 6) {
      words.add("-");
    }
    return row(words.toArray());
  }

  private static String row(Object... words) {
    return ROW.formatted(words);
  }

  /** Reads the file without mapping it. */
  private static void report(String deed, Path file) throws IOException {
    String text = Files.readString(file).replace("\0", "");
    System.out.printf("  %-42s Files.readString finds \"%s\"%n", deed, text);
  }
}
