package io.mman.examples;

import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.NativeFile;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;

/**
 * The program in README.md: a counter that outlives its process. A test compares the two.
 *
 * <pre>
 * java --enable-native-access=ALL-UNNAMED -cp CLASSES io.mman.examples.ReadmeExample PATH
 * </pre>
 */
public final class ReadmeExample {
  private ReadmeExample() {}

  public static void main(String... arguments) {
    Path path = Path.of(arguments[0]);
    // README begins
    try (MappedRegion counter = Mapping.file(path).create(1 << 20).preallocate().mapConfined();
        NativeFile folder = NativeFile.open(path.toAbsolutePath().getParent())) {
      MemorySegment bytes = counter.segment();
      long starts = bytes.get(ValueLayout.JAVA_LONG, 0) + 1;
      bytes.set(ValueLayout.JAVA_LONG, 0, starts);
      counter.sync(0, Long.BYTES); // waits until the bytes are on the disk
      folder.sync(); // and the name of the file, if it is new
      System.out.println("start " + starts + ", " + counter.residency());
    } // unmapped here
    // README ends
  }
}
