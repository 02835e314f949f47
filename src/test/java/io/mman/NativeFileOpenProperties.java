package io.mman;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** {@code NativeFile.open} against its model, {@code FileChannel.open}. */
class NativeFileOpenProperties {
  private static final List<OpenOption> OPTIONS =
      List.of(
          StandardOpenOption.READ,
          StandardOpenOption.WRITE,
          StandardOpenOption.CREATE,
          StandardOpenOption.CREATE_NEW,
          StandardOpenOption.TRUNCATE_EXISTING,
          StandardOpenOption.SPARSE,
          StandardOpenOption.SYNC,
          StandardOpenOption.DSYNC,
          LinkOption.NOFOLLOW_LINKS);

  /** What is at the path before the file is opened. */
  enum Place {
    NOTHING("absent"),
    FILE("file"),
    LINK_TO_FILE("link"),
    LINK_TO_NOTHING("dangling"),
    LINK_TO_ITSELF("loop"),
    FOLDER("folder"),
    LINK_TO_FOLDER("folderLink"),
    IN_NO_FOLDER("absent/file"),
    IN_A_FILE("file/file");

    private final String name;

    Place(String name) {
      this.name = name;
    }
  }

  /** One of the two ways to open. */
  private interface Opener {
    void openAndClose(Path path) throws IOException;
  }

  @Property(tries = 150)
  void endsAsFileChannelOpenDoes(@ForAll("options") Set<OpenOption> options, @ForAll Place place)
      throws IOException {
    assertEquals(
        outcome(place, path -> FileChannel.open(path, options).close()),
        outcome(place, path -> NativeFile.open(path, options.toArray(OpenOption[]::new)).close()));
  }

  @Property(tries = 30)
  void givesANewFileThePermissionsThatFileChannelGivesIt(
      @ForAll Set<PosixFilePermission> permissions) throws IOException {
    Set<OpenOption> options = Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
    var attribute = PosixFilePermissions.asFileAttribute(permissions);
    assertEquals(
        outcome(Place.NOTHING, path -> FileChannel.open(path, options, attribute).close()),
        outcome(Place.NOTHING, path -> NativeFile.open(path, options, attribute).close()));
  }

  @Provide
  Arbitrary<Set<OpenOption>> options() {
    return Arbitraries.subsetOf(new HashSet<>(OPTIONS)).filter(options -> !isForgetful(options));
  }

  /** The JDK forgets NOFOLLOW_LINKS beside a CREATE_NEW that it ignores; NativeFile does not. */
  private static boolean isForgetful(Set<OpenOption> options) {
    return options.contains(LinkOption.NOFOLLOW_LINKS)
        && options.contains(StandardOpenOption.CREATE_NEW)
        && !options.contains(StandardOpenOption.WRITE);
  }

  /** Opens in a new folder; returns the exception, if any, and what is at the path afterwards. */
  private static String outcome(Place place, Opener opener) throws IOException {
    Path folder = Files.createTempDirectory("mman-open");
    try {
      Files.write(folder.resolve("file"), new byte[3]);
      Files.createDirectory(folder.resolve("folder"));
      link(folder, "link", "file");
      link(folder, "dangling", "absent");
      link(folder, "loop", "loop");
      link(folder, "folderLink", "folder");
      return attempt(opener, folder.resolve(place.name)) + " " + contents(folder);
    } finally {
      for (Path entry : list(folder)) {
        Files.delete(entry);
      }
      Files.delete(folder);
    }
  }

  private static void link(Path folder, String name, String target) throws IOException {
    Files.createSymbolicLink(folder.resolve(name), Path.of(target));
  }

  private static String attempt(Opener opener, Path path) {
    try {
      opener.openAndClose(path);
      return "opened";
    } catch (MmanException e) {
      return kind(e.getCause());
    } catch (IOException e) {
      return kind(e);
    } catch (RuntimeException e) {
      return e.toString();
    }
  }

  /** Names errors for which Java has a class; for others, JDK and library choose different ones. */
  private static String kind(IOException e) {
    return e instanceof NoSuchFileException || e instanceof FileAlreadyExistsException
        ? e.getClass().getSimpleName()
        : "IOException";
  }

  private static Map<String, String> contents(Path folder) throws IOException {
    Map<String, String> contents = new TreeMap<>();
    for (Path entry : list(folder)) {
      var attributes = Files.readAttributes(entry, "unix:mode,size", LinkOption.NOFOLLOW_LINKS);
      contents.put(entry.getFileName().toString(), attributes.toString());
    }
    return contents;
  }

  private static List<Path> list(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.toList();
    }
  }
}
