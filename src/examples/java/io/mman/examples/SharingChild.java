package io.mman.examples;

import io.mman.MappedRegion;
import io.mman.Mapping;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.List;

/**
 * The second process of {@link Sharing}, which starts it. It maps once and then reads whenever the
 * parent asks. As it maps and copies nothing in between, any change must be a store by the parent.
 */
public final class SharingChild {
  private SharingChild() {}

  public static void main(String... arguments) throws IOException {
    BufferedReader parent = new BufferedReader(new InputStreamReader(System.in));
    Mapping memory = Mapping.file(Path.of(arguments[0]));
    Mapping file = Mapping.file(Path.of(arguments[1]));
    try (Arena arena = Arena.ofConfined()) {
      MappedRegion copyOnWrite = file.copyOnWrite().readWrite().map(arena);
      List<MappedRegion> mappings = List.of(memory.map(arena), file.map(arena), copyOnWrite);
      boolean isFirst = true;
      while (parent.readLine() != null) {
        if (isFirst) {
          // A private page is shared with the file until the first store makes a copy of it.
          copyOnWrite.segment().setString(0, copyOnWrite.segment().getString(0));
          isFirst = false;
        }
        System.out.println(Sharing.lookAt("child ", mappings));
      }
    }
  }
}
