package io.mman.internal.region;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.internal.signal.BusHandler;
import io.mman.testing.ChildJvm;
import io.mman.testing.Requirements;
import io.mman.testing.Samples;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SharedFileTest {
  @TempDir Path folder;

  @BeforeAll
  static void requireSurvival() {
    assumeTrue(BusHandler.isSupported());
  }

  private static MappedRegion map(Path path) {
    return Mapping.file(path).surviveBusErrors().mapConfined();
  }

  private static byte first(MappedRegion region) {
    return region.segment().get(ValueLayout.JAVA_BYTE, 0);
  }

  private static long descriptorsOf(Path path) throws IOException {
    long count = 0;
    try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
      for (Path each : descriptors.toList()) {
        count += Files.isSymbolicLink(each) && leadsTo(each, path) ? 1 : 0;
      }
    }
    return count;
  }

  private static boolean leadsTo(Path descriptor, Path path) {
    try {
      return Files.readSymbolicLink(descriptor).equals(path);
    } catch (IOException closed) {
      return false; // the descriptor of the folder itself
    }
  }

  @Test
  void regionsOfOnePathShareADescriptor() throws IOException {
    Path path = Samples.file(folder, 10).toRealPath();
    MappedRegion first = map(path);
    MappedRegion second = map(path);
    MappedRegion third = map(path);
    assertEquals(1, descriptorsOf(path));
    first.close();
    second.close();
    assertEquals(1, descriptorsOf(path));
    third.close();
    assertEquals(0, descriptorsOf(path));
  }

  /** Maps a file of overlayfs before and after it is copied to the upper layer. */
  static class CopiedUp {
    public static void main(String... arguments) throws IOException {
      Path path = Path.of(arguments[0], "merged", "file");
      try (MappedRegion original = map(path)) {
        System.out.println(first(original));
        Files.write(path, new byte[] {99}, StandardOpenOption.WRITE);
        try (MappedRegion copy = map(path)) {
          System.out.println(first(copy));
        }
        System.out.println(first(original));
      }
      System.out.println(descriptorsOf(path));
    }
  }

  @Test
  void aRegionGetsTheCopyOfAFileWhoseOriginalIsMapped() throws IOException {
    Files.move(
        Samples.file(folder, 4096),
        Files.createDirectories(folder.resolve("lower")).resolve("file"));
    String mount =
        "cd \"$0\" && mkdir -p top merged && mount -t tmpfs none top && mkdir top/upper top/work"
            + " && mount -t overlay none"
            + " -o lowerdir=lower,upperdir=top/upper,workdir=top/work merged"
            + " && cd / && exec \"$@\"";
    String[] words = {"unshare", "-m", "sh", "-c", mount, folder.toString()};
    List<String> trial = new ArrayList<>(List.of(words));
    trial.add("true");
    Requirements.requireSuccess("the right to mount", trial.toArray(String[]::new));

    ChildJvm child = ChildJvm.of(CopiedUp.class).under(words);

    assertEquals(List.of("1", "99", "1", "0"), child.run(folder.toString()).lines());
  }
}
