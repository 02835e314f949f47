package io.mman.ipc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.Advice;
import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.testing.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A program does not pay for packages that it does not use. */
class LoadedClassesTest {
  private static final Pattern BESIDE =
      Pattern.compile(
          "io\\.mman\\.((internal\\.)?(ipc|change)\\.|internal\\.region\\.(Engines|Tracking)|.*\\$Access).*");

  @TempDir Path folder;

  @Test
  void aProgramThatOnlyMapsLoadsNoClassOfOtherPackages() throws IOException {
    List<String> loaded = loaded("map");

    assertTrue(loaded.contains(MappedRegion.class.getName()), loaded::toString);
    assertEquals(List.of(), loaded.stream().filter(BESIDE.asMatchPredicate()).toList());
  }

  @Test
  void aProgramThatWakesLoadsThem() throws IOException {
    List<String> loaded = loaded("wake");

    assertTrue(loaded.stream().anyMatch(BESIDE.asMatchPredicate()), loaded::toString);
  }

  private List<String> loaded(String what) throws IOException {
    Path log = folder.resolve("classes");
    ChildJvm.of(Mapper.class)
        .options("-Xlog:class+load:file=" + log + ":none")
        .run(what, folder.resolve("file").toString())
        .success();
    try (Stream<String> lines = Files.lines(log)) {
      return lines
          .map(line -> line.split(" ", 2)[0])
          .filter(name -> name.startsWith("io.mman."))
          .filter(name -> !name.startsWith(LoadedClassesTest.class.getName()))
          .toList();
    }
  }

  /** Maps a file, and uses it in one of two ways. */
  static final class Mapper {
    private Mapper() {}

    /** Takes {@code map} or {@code wake}, and the path of a new file. */
    public static void main(String... args) {
      try (MappedRegion region = Mapping.file(Path.of(args[1])).create(4096).mapShared()) {
        region.populate();
        region.sync();
        region.advise(Advice.DONTNEED);
        if (args[0].equals("wake")) {
          Futex.at(region, 0).wake(1);
        }
      }
    }
  }
}
