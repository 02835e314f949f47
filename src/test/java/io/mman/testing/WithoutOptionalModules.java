package io.mman.testing;

import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.Protection;
import java.lang.foreign.ValueLayout;

/** Maps, changes and unmaps memory, and prints what it finds there. */
public final class WithoutOptionalModules {
  private WithoutOptionalModules() {}

  public static void main(String... args) {
    try (MappedRegion region = Mapping.anonymous(4096).mapShared()) {
      region.segment().set(ValueLayout.JAVA_INT, 0, 42);
      region.sync();
      region.resize(1 << 20);
      System.out.println(region.protect(Protection.READ).get(ValueLayout.JAVA_INT, 0));
    }
  }
}
