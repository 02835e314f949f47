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
 * Linux reports all pages of a file as resident to processes that neither own the file nor may
 * write it. The processes here run as root without its capabilities, so that they do not own the
 * files of other users.
 */
class ResidencyAccessTest {
  private static final int NOBODY = 65534;
  private static final long SIZE = 16 * Mman.pageSize();

  @TempDir Path folder;

  /** Prints the answers for every file in a folder, with each kind of region. */
  static class Asker {
    public static void main(String... arguments) throws IOException {
      try (var files = Files.list(Path.of(arguments[0]))) {
        for (Path path : files.sorted().toList()) {
          System.out.println(ask(path));
        }
      }
    }

    private static String ask(Path path) throws IOException {
      List<String> answers = new ArrayList<>();
      try (NativeFile file = NativeFile.open(path);
          FileChannel channel = FileChannel.open(path);
          Arena arena = Arena.ofConfined();
          MappedRegion own = Mapping.file(path).mapConfined();
          MappedRegion extended = Mapping.file(file).create(1).copyOnWrite().mapConfined()) {
        var mapped = channel.map(MapMode.READ_ONLY, 0, channel.size(), arena);
        MappedRegion wrapper = MappedRegion.of(mapped.asSlice(5));
        for (MappedRegion region : List.of(own, extended, wrapper)) {
          region.isResident(5, 0); // of no page: says nothing of the others
          answers.add(answer(() -> region.residency().residentPages()));
          answers.add(answer(() -> region.residentPages(0, region.size())));
          answers.add(answer(() -> region.isResident(0, region.size())));
        }
      }
      return String.join(" ", answers);
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
    assertEquals(expected, ask("C.UTF-8", WITHOUT_CAPABILITIES));
    assertEquals(expected, ask("C", WITHOUT_CAPABILITIES));
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
    assertEquals(List.of(KNOWN, UNKNOWN), ask("C.UTF-8", namespace));
  }

  @Test
  void rootKnowsAll() throws IOException {
    file("1-foreign", NOBODY, "r--r--r--");

    assertEquals(List.of(KNOWN), ask("C.UTF-8", List.of("env")));
  }

  private static final List<String> WITHOUT_CAPABILITIES =
      List.of("setpriv", "--bounding-set", "-all", "--inh-caps", "-all", "--ambient-caps", "-all");

  private List<String> ask(String locale, List<String> wrapper) {
    return ChildJvm.of(Asker.class)
        .under("env", "LC_ALL=" + locale)
        .under(wrapper.toArray(String[]::new))
        .run(folder.toString())
        .lines();
  }

  /** A file of which no page is in memory. */
  private Path file(String name, int owner, String permissions) throws IOException {
    Requirements.requireRoot(); // only root may give a file to another user
    Requirements.requirePrograms("setpriv");
    Path path = Files.move(Samples.sparse(folder, SIZE), folder.resolve(name));
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
    Files.setAttribute(path, "unix:uid", owner);
    return path;
  }
}
