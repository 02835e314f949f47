package example.growing;

import io.mman.MappedRegion;
import io.mman.Mapping;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Grows memory to 1 GiB. A view that was created earlier still shows it. */
final class Growing {
  public static void main(String... arguments) {
    try (MappedRegion memory = Mapping.anonymous(4096).reserve(1 << 30).mapConfined()) {
      MemorySegment before = memory.segment();
      MemorySegment after = memory.resize(1 << 30);
      after.set(ValueLayout.JAVA_INT, 0, 42);
      System.out.println(
          after.byteSize() + " bytes, " + before.get(ValueLayout.JAVA_INT, 0) + " in the first");
    }
  }
}
