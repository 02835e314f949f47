package io.mman;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.mman.testing.CProgram;
import io.mman.testing.ChildJvm;
import io.mman.testing.Command;
import io.mman.testing.Requirements;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where a new file comes to be, and with which permissions: as with open(2) and O_CREAT. */
class MappingCreatePlaceTest {
  private static final long PAGE = Mman.pageSize();

  @TempDir Path folder;

  /** Creates a file with the library and one with the JDK, in the working directory. */
  static class Creator {
    public static void main(String... arguments) throws IOException {
      Mapping.file(Path.of("ours")).create(5).mapConfined().close();
      Path theirs = Files.createFile(Path.of("theirs"));
      System.out.println(attributes(theirs) + " " + attributes(Path.of("ours")));
      try (Stream<Path> entries = Files.list(Path.of(""))) {
        System.out.println(entries.map(Path::toString).sorted().toList());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"000", "002", "022", "027", "077", "777"})
  void thePermissionsAreThoseThatTheUmaskLeaves(String umask) {
    String shell = "umask " + umask + " && cd \"$0\" && exec \"$@\"";
    assertSame(
        ChildJvm.of(Creator.class)
            .onClassPath(absoluteClassPath())
            .under("sh", "-c", shell, folder.toString())
            .run()
            .lines(),
        0666 & ~Integer.parseInt(umask, 8));
  }

  private static String absoluteClassPath() {
    return Stream.of(ChildJvm.of(Creator.class).classPath().split(":"))
        .map(path -> Path.of(path).toAbsolutePath().toString())
        .reduce((a, b) -> a + ":" + b)
        .orElseThrow();
  }

  private static void assertSame(List<String> lines, int permissions) {
    String[] attributes = lines.get(0).split(" ");
    assertEquals(attributes[0], attributes[1]);
    String mode = Integer.toString(0100000 | permissions);
    assertTrue(attributes[0].startsWith(mode + ","), () -> mode + " " + lines);
    assertEquals("[ours, theirs]", lines.get(1));
  }

  @Test
  void aFolderThatSetsTheGroupDoesSo() throws IOException {
    Requirements.requireRoot();
    Files.setAttribute(folder, "unix:gid", 1234);
    Command.run(List.of("chmod", "g+s", folder.toString())).success();

    Path ours = create(folder.resolve("ours"));

    assertEquals(1234, Files.getAttribute(ours, "unix:gid"));
    assertEquals(attributes(Files.createFile(folder.resolve("theirs"))), attributes(ours));
  }

  /** With such a list the umask has no effect. */
  @ParameterizedTest
  @ValueSource(strings = {"6, 6, 6", "6, 6, 0", "6, 0, 4"})
  void theDefaultAccessControlListOfTheFolderIsInherited(String permissions) throws IOException {
    Path tool = Files.createDirectory(folder.resolve("tool"));
    Path inside = Files.createDirectory(folder.resolve("inside"));
    String source =
        """
        #include <stdint.h>
        #include <sys/xattr.h>
        struct { uint32_t version; struct { uint16_t tag, perm; uint32_t id; } entries[3]; } acl = {
          2, {{1, %s, -1}, {4, %s, -1}, {0x20, %s, -1}}};
        int main(int argc, char **argv) {
          return setxattr(argv[1], "system.posix_acl_default", &acl, sizeof acl, 0) != 0;
        }
        """
            .formatted((Object[]) permissions.split(", "));
    Path program = CProgram.compile(tool, source);
    int result = Command.run(List.of(program.toString(), inside.toString())).exitCode();
    assumeTrue(result == 0, "the file system has access control lists");

    Path ours = create(inside.resolve("ours"));

    String mode = permissions.replace(", ", "");
    assertEquals(0100000 | Integer.parseInt(mode, 8), Files.getAttribute(ours, "unix:mode"));
    assertEquals(attributes(Files.createFile(inside.resolve("theirs"))), attributes(ours));
    assertEquals(List.of("ours", "theirs"), names(inside));
  }

  @Test
  void whereASymbolicLinkLeads() throws IOException {
    Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
    Path links = Files.createDirectory(folder.resolve("links"));
    Files.createSymbolicLink(elsewhere.resolve("second"), Path.of("target"));
    Path first = Files.createSymbolicLink(links.resolve("first"), Path.of("../elsewhere/second"));

    create(first);

    assertTrue(Files.isSymbolicLink(first));
    assertEquals(List.of("first"), names(links));
    assertEquals(List.of("second", "target"), names(elsewhere));
    assertTrue(
        Files.isRegularFile(elsewhere.resolve("target"), java.nio.file.LinkOption.NOFOLLOW_LINKS));
  }

  @Test
  void whereASymbolicLinkLeadsOnAnotherFileSystem() throws IOException {
    Path other = Files.createTempDirectory(Path.of("/dev/shm"), "mman-create");
    try {
      Path link = Files.createSymbolicLink(folder.resolve("link"), other.resolve("target"));
      create(link);
      assertEquals(PAGE, Files.size(other.resolve("target")));
    } finally {
      Files.deleteIfExists(other.resolve("target"));
      Files.delete(other);
    }
  }

  @Test
  void noFolderAndNoFile() throws IOException {
    Path missing = folder.resolve("no/such");
    var e = assertThrows(MmanException.class, () -> create(missing));
    assertEquals("open", e.call());
    assertEquals(Errno.ENOENT, e.error());
    assertEquals(missing.toString(), ((NoSuchFileException) e.getCause()).getFile());
    Path link = Files.createSymbolicLink(folder.resolve("link"), missing);
    assertEquals(Errno.ENOENT, assertThrows(MmanException.class, () -> create(link)).error());
    assertEquals(Errno.EISDIR, assertThrows(MmanException.class, () -> create(folder)).error());
    var tooLong = assertThrows(MmanException.class, () -> create(folder.resolve("x".repeat(256))));
    assertEquals(Errno.ENAMETOOLONG, tooLong.error());
    assertEquals(List.of("link"), names(folder));
  }

  @Test
  void aRelativePathIsRelativeToTheWorkingDirectory() throws IOException {
    Path here = Path.of("").toAbsolutePath();
    create(here.relativize(folder.toAbsolutePath()).resolve("ours"));
    assertEquals(List.of("ours"), names(folder));
  }

  @Test
  void anExistingFileKeepsItsPermissionsAndLength() throws IOException {
    Path file = Files.writeString(folder.resolve("old"), "old");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    Mapping.file(file).create(2).mapConfined().close();
    assertEquals("old", Files.readString(file));
    assertEquals(0100600, Files.getAttribute(file, "unix:mode"));
    assertEquals(List.of("old"), names(folder));
  }

  private static Path create(Path path) {
    Mapping.file(path).create(PAGE).mapConfined().close();
    return path;
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
    }
  }

  private static String attributes(Path path) throws IOException {
    return Files.getAttribute(path, "unix:mode")
        + ","
        + Files.getAttribute(path, "unix:uid")
        + ","
        + Files.getAttribute(path, "unix:gid");
  }
}
