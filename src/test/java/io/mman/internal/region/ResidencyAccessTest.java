package io.mman.internal.region;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.Mman;
import io.mman.NativeFile;
import io.mman.testing.ChildJvm;
import io.mman.testing.Command;
import io.mman.testing.Requirements;
import io.mman.testing.Samples;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Linux says that all of a file is resident to those who neither own it nor may write it. The
 * processes here run as root without the capabilities of root: other people's files are not theirs.
 */
class ResidencyAccessTest {
  private static final int NOBODY = 65534;
  private static final long SIZE = 16 * Mman.pageSize();

  @TempDir Path folder;

  /** Prints what it is told of every file in a folder, through each kind of region. */
  static class Teller {
    public static void main(String... arguments) throws IOException {
      try (var files = Files.list(Path.of(arguments[0]))) {
        for (Path path : files.sorted().toList()) {
          System.out.println(tell(path));
        }
      }
    }

    private static String tell(Path path) throws IOException {
      List<String> told = new ArrayList<>();
      try (NativeFile file = NativeFile.open(path);
          FileChannel channel = FileChannel.open(path);
          Arena arena = Arena.ofConfined();
          MappedRegion own = Mapping.file(path).mapConfined();
          MappedRegion extended = Mapping.file(file).create(1).copyOnWrite().mapConfined()) {
        var mapped = channel.map(MapMode.READ_ONLY, 0, channel.size(), arena);
        MappedRegion look = MappedRegion.of(mapped.asSlice(5));
        for (MappedRegion region : List.of(own, extended, look)) {
          region.isResident(5, 0); // of no page: says nothing of the others
          told.add(answer(() -> region.residency().residentPages()));
          told.add(answer(() -> region.residentPages(0, region.size())));
          told.add(answer(() -> region.isResident(0, region.size())));
        }
      }
      return String.join(" ", told);
    }

    private static String answer(Supplier<Object> question) {
      try {
        return String.valueOf(question.get());
      } catch (UnsupportedOperationException e) {
        return "unknown";
      }
    }
  }

  private static final String KNOWN = "0 0 false 0 0 false 0 0 false";
  private static final String UNKNOWN = KNOWN.replaceAll("\\w+", "unknown");

  @Test
  void aForeignFileIsUnknownUnlessOneMayWriteIt() throws IOException {
    file("1-mine-not-writable", 0, "r--r--r--");
    file("2-foreign", NOBODY, "rw-r--r--");
    file("3-foreign-for-my-group", NOBODY, "rw-rw-r--");
    Files.setAttribute(file("4-foreign-for-all", NOBODY, "rw-r--rw-"), "unix:gid", NOBODY);
    file("5-mine-n\u00e4med \u20ac", 0, "r--r--r--");

    List<String> expected = List.of(KNOWN, UNKNOWN, KNOWN, KNOWN, KNOWN);
    assertEquals(expected, tell("C.UTF-8", WITHOUT_CAPABILITIES));
    assertEquals(expected, tell("C", WITHOUT_CAPABILITIES));
  }

  @Test
  void theCapabilitiesOfAUserNamespaceReachNoFileOfAUserWithoutNumber() throws IOException {
    file("1-mine", 0, "r--r--r--");
    file("2-foreign", NOBODY, "rw-r--r--");

    List<String> namespace = List.of("unshare", "--user", "--map-root-user");
    Requirements.requirePrograms("unshare");
    List<String> probe = new ArrayList<>(namespace);
    probe.add("true");
    assumeTrue(Command.run(probe).exitCode() == 0, "the kernel has no user namespaces");
    assertEquals(List.of(KNOWN, UNKNOWN), tell("C.UTF-8", namespace));
  }

  @Test
  void rootKnowsAll() throws IOException {
    file("1-foreign", NOBODY, "r--r--r--");

    assertEquals(List.of(KNOWN), tell("C.UTF-8", List.of("env")));
  }

  private static final List<String> WITHOUT_CAPABILITIES =
      List.of("setpriv", "--bounding-set", "-all", "--inh-caps", "-all", "--ambient-caps", "-all");

  private List<String> tell(String locale, List<String> wrapper) {
    return ChildJvm.of(Teller.class)
        .under("env", "LC_ALL=" + locale)
        .under(wrapper.toArray(String[]::new))
        .run(folder.toString())
        .lines();
  }

  /** A file of which no page is in memory. */
  private Path file(String name, int owner, String rights) throws IOException {
    Requirements.requireRoot(); // only root may give a file to another user
    Requirements.requirePrograms("setpriv");
    Path path = Files.move(Samples.sparse(folder, SIZE), folder.resolve(name));
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(rights));
    Files.setAttribute(path, "unix:uid", owner);
    return path;
  }
}
