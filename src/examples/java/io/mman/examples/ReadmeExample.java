package io.mman.examples;

import io.mman.Advice;
import io.mman.MappedRegion;
import io.mman.Mapping;
import java.lang.foreign.Arena;
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
    try (Arena arena = Arena.ofConfined()) {
      MappedRegion file = Mapping.file(path).create(1 << 20).preallocate().map(arena);
      file.advise(Advice.RANDOM); // no readahead
      MemorySegment bytes = file.segment();
      long starts = bytes.get(ValueLayout.JAVA_LONG, 0) + 1;
      bytes.set(ValueLayout.JAVA_LONG, 0, starts);
      file.sync(0, Long.BYTES); // waits until the bytes are on the disk
      System.out.println("start " + starts + ", " + file.residency());
    } // unmapped here
    // README ends
  }
}
