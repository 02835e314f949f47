package example;

import io.mman.MappedRegion;
import io.mman.Mapping;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;

/** Counts in a file how often it was started. */
final class Counter {
  public static void main(String... arguments) {
    try (Arena arena = Arena.ofConfined()) {
      MappedRegion file = Mapping.file(Path.of(arguments[0])).create(Long.BYTES).map(arena);
      long starts = file.segment().get(ValueLayout.JAVA_LONG, 0) + 1;
      file.segment().set(ValueLayout.JAVA_LONG, 0, starts);
      file.sync();
      System.out.println("start " + starts);
    }
  }
}
