package io.mman;

import static java.nio.file.StandardOpenOption.WRITE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.mman.testing.Samples;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** Copies that cannot fault, on every platform: like {@link PortableTest}. */
class PortableCopyTest {
  private static final long PAGE = Mman.pageSize();

  @TempDir Path folder;

  @Test
  void bytesAreCopiedUpToTheFirstMissingPage() {
    Path path = Samples.file(folder, 30 * PAGE);
    Mapping writable = Mapping.file(path).readWrite();
    try (NativeFile file = NativeFile.open(path, WRITE);
        MappedRegion bare = writable.mapConfined();
        MappedRegion open = Mapping.file(file).readWrite().mapConfined()) {
      Samples.resize(path, 20 * PAGE);
      for (MappedRegion region : new MappedRegion[] {bare, open}) {
        MemorySegment heap = MemorySegment.ofArray(new byte[(int) (29 * PAGE)]);
        assertEquals(20 * PAGE - 9, region.read(9, heap));
        MemorySegment copied = heap.asSlice(0, 20 * PAGE - 9);
        assertArrayEquals(Samples.bytes(9, 20 * PAGE - 9), Samples.bytes(copied));
        assertEquals(20 * PAGE - 9, region.write(9, heap));
        assertFault(() -> region.read(20 * PAGE, heap.asSlice(0, 1)));
        assertFault(() -> region.write(20 * PAGE, heap.asSlice(0, 1)));
      }
      assertEquals(20 * PAGE, file.size());
    }
    assertArrayEquals(Samples.bytes(0, 20 * PAGE), Samples.read(path, 0, (int) (20 * PAGE)));
  }

  @Test
  void protectionForbidsACopy() {
    MemorySegment other = MemorySegment.ofArray(new byte[1]);
    try (MappedRegion region = Mapping.anonymous(PAGE).mapConfined()) {
      region.protect(Protection.READ);
      assertFault(() -> region.write(0, other));
      region.protect(Protection.NONE);
      assertFault(() -> region.read(0, other));
    }
  }

  private static void assertFault(Executable copy) {
    assertSame(Errno.EFAULT, assertThrows(MmanException.class, copy).error());
  }
}
