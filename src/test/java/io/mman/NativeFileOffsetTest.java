package io.mman;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.mman.testing.LibC;
import io.mman.testing.Samples;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Mapping finds the length by moving the offset of the descriptor, which must not be visible. */
class NativeFileOffsetTest {
  private static final long SIZE = 3 * Mman.pageSize();

  @TempDir Path folder;

  @Test
  void theOffsetIsZeroWhenTheNumberIsGivenOut() throws IOException {
    try (NativeFile file = NativeFile.open(Samples.file(folder, SIZE))) {
      map(file, 3);
      assertEquals(0, offset(file.fd()));
      map(file, 3);
      assertEquals(0, offset(file.fd()));
    }
  }

  @Test
  void anAdoptedDescriptorKeepsItsOffset() throws IOException {
    try (NativeFile opened = NativeFile.open(Samples.file(folder, SIZE));
        NativeFile adopted = NativeFile.adopt(LibC.dup(opened.fd()))) {
      assertEquals(7, LibC.seek(adopted.fd(), 7));
      map(adopted, 3);
      map(opened, 3);
      assertEquals(7, offset(adopted.fd()));
    }
  }

  @Test
  void theNextMappingSeesALengthChangedElsewhere() throws IOException {
    Path path = Samples.file(folder, SIZE);
    try (NativeFile file = NativeFile.open(path)) {
      map(file, 2);
      Files.write(path, new byte[5], StandardOpenOption.APPEND);
      assertEquals(SIZE + 5, sizeOfMapping(file));
      Files.write(path, new byte[9]);
      assertEquals(9, sizeOfMapping(file));
      assertThrows(
          IllegalArgumentException.class, () -> Mapping.file(file).range(0, 10).mapConfined());
    }
  }

  @Test
  void noThreadSeesTheOffsetMoveOnceTheNumberIsKnown() throws IOException {
    for (int i = 0; i < 200; i++) {
      try (NativeFile file = NativeFile.open(Samples.file(folder, SIZE))) {
        map(file, 1);
        CompletableFuture<Void> mapping = CompletableFuture.runAsync(() -> map(file, 20));
        int fd = file.fd();
        assertEquals(0, offset(fd));
        mapping.join();
        assertEquals(0, offset(fd));
      }
    }
  }

  private static void map(NativeFile file, int times) {
    for (int i = 0; i < times; i++) {
      assertEquals(SIZE, sizeOfMapping(file));
    }
  }

  private static long sizeOfMapping(NativeFile file) {
    try (MappedRegion region = Mapping.file(file).mapConfined()) {
      return region.size();
    }
  }

  private static long offset(int fd) throws IOException {
    List<String> lines = Files.readAllLines(Path.of("/proc/self/fdinfo/" + fd));
    return Long.parseLong(lines.getFirst().substring("pos:".length()).strip());
  }
}
