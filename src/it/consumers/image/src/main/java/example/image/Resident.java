package example.image;

import io.mman.MappedRegion;
import io.mman.Mapping;
import java.nio.file.Path;

/** Reads files into the page cache and prints how much of them is resident. */
final class Resident {
  public static void main(String... paths) {
    for (String path : paths) {
      try (MappedRegion file = Mapping.file(Path.of(path)).populate().mapConfined()) {
        System.out.println(path + ": " + file.residency());
      }
    }
  }
}
