package example;

import io.mman.Advice;
import io.mman.MappedRegion;
import io.mman.Mapping;
import java.lang.foreign.ValueLayout;

/** Uses a lot of memory and returns it to the system, but keeps the address range. */
final class Scratch {
  public static void main(String... arguments) {
    try (MappedRegion memory = Mapping.anonymous(64 << 20).hugePages().mapShared()) {
      memory.segment().fill((byte) 1);
      memory.advise(Advice.DONTNEED);
      System.out.println("after DONTNEED: " + memory.segment().get(ValueLayout.JAVA_BYTE, 0));
    }
  }
}
