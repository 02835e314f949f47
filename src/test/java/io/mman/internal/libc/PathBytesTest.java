package io.mman.internal.libc;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.mman.MmanException;
import io.mman.NativeFile;
import io.mman.testing.ChildJvm;
import io.mman.testing.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Names that the locale cannot express, in JVMs of different locales. */
class PathBytesTest {
  /** In sh's words: Latin-1, a lone continuation byte, UTF-8, a real U+FFFD, and URI's letters. */
  private static final List<String> NAMES =
      List.of(
          "caf\\351",
          "\\200",
          "\\303\\251\\342\\202\\254",
          "\\357\\277\\275",
          "a b%%25?#+",
          "\\360\\237\\230\\200\\n");

  @TempDir Path folder;

  /** Opens each file of the working directory by two paths, and copies its name to a new file. */
  static class Opener {
    public static void main(String... arguments) throws IOException {
      Path folder = Path.of(arguments[0]);
      for (Path path : list(folder.resolve("old"))) {
        Path copy = folder.resolve("new").resolve(path.getFileName());
        try (NativeFile file = NativeFile.open(path);
            NativeFile same = NativeFile.open(folder.relativize(path));
            NativeFile created = NativeFile.open(copy, WRITE, CREATE_NEW)) {
          created.resize(file.size() + same.size());
        }
      }
      for (Path link : list(folder.resolve("links"))) {
        try {
          NativeFile.open(link, NOFOLLOW_LINKS).close();
        } catch (MmanException e) {
          System.out.println(e.error());
        }
      }
      NativeFile.sharedMemory(arguments[1] + "-\u00e9", WRITE, CREATE_NEW).close();
      NativeFile.memory("\u00e9", 0).close();
      System.out.println(System.getProperty("sun.jnu.encoding"));
    }

    private static List<Path> list(Path folder) throws IOException {
      try (Stream<Path> entries = Files.list(folder)) {
        return entries.toList();
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"C, ANSI_X3.4-1968", "C.UTF-8, UTF-8"})
  void namesPassByteForByte(String locale, String encoding) {
    String object = "mman-path-" + ProcessHandle.current().pid();
    sh("mkdir old new links");
    for (int i = 0; i < NAMES.size(); i++) {
      sh("head -c " + (i + 1) + " /dev/zero > old/\"$(printf '" + NAMES.get(i) + "_')\"");
    }
    sh("ln -s ../old links/\"$(printf 'to\\351')\"");

    try {
      List<String> lines =
          ChildJvm.of(Opener.class)
              .under("env", "-C", folder.toString(), "LC_ALL=" + locale)
              .run(folder.toString(), object)
              .lines();

      assertEquals(List.of("ELOOP", encoding), lines);
      assertEquals(sh("ls -b old"), sh("ls -b new"));
      assertEquals(doubled(sh("stat -c %s old/*")), sh("stat -c %s new/*"));
      sh("test -e /dev/shm/" + object + "-\"$(printf '\\303\\251')\"");
    } finally {
      sh("rm -f /dev/shm/" + object + "-\"$(printf '\\303\\251')\"");
    }
  }

  private static String doubled(String numbers) {
    return numbers
        .lines()
        .map(number -> 2 * Integer.parseInt(number) + "\n")
        .collect(Collectors.joining());
  }

  private String sh(String command) {
    String prologue = "cd " + folder + " && export LC_ALL=C && ";
    return Command.run(List.of("sh", "-c", prologue + command)).success();
  }
}
