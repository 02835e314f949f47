package io.mman;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The three layers from the class path, where the library is in no module. */
class MmanClassPathTest {
  @Test
  void theLibraryIsInNoModuleHereAndAvailable() {
    assertFalse(Mman.class.getModule().isNamed());
    assertTrue(Mman.isAvailable());
  }

  @Test
  void aFileIsMappedChangedGrownAndWritten(@TempDir Path folder) throws IOException {
    Path path = folder.resolve("data");
    try (NativeFile file =
            NativeFile.open(path, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
        MappedRegion region = Mapping.file(file).create(3).reserve(1 << 20).mapShared()) {
      region.segment().fill((byte) 1);
      file.resize(5);
      MemorySegment grown = region.resize(5);
      grown.set(ValueLayout.JAVA_BYTE, 4, (byte) 2);
      region.sync();
      assertEquals(1, region.residency().residentPages());
    }
    assertArrayEquals(new byte[] {1, 1, 1, 0, 2}, Files.readAllBytes(path));
  }
}
