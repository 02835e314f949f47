package io.mman.change;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.mman.Errno;
import io.mman.MmanException;
import io.mman.NativeFile;
import io.mman.testing.OpenFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests which paths and files a staged region refuses, and with which exception. */
class StagedRegionNamesTest {
  @TempDir Path folder;

  private MmanException assertRefused(Errno expected, Path path, Path journal) {
    String before = OpenFiles.all().toString();
    MmanException e =
        assertThrows(MmanException.class, () -> StagedRegion.open(path, journal).close());
    assertEquals(expected, e.error(), e.getMessage());
    assertEquals(before, OpenFiles.all().toString());
    return e;
  }

  @Test
  void aFolderIsRefused() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));
    assertRefused(Errno.EISDIR, folder, folder.resolve("journal"));
    assertRefused(Errno.EISDIR, file, folder);
  }

  /** The name of such a file cannot be made durable, and the file could never be opened again. */
  @Test
  void aFileWithoutANameIsRefused() throws IOException {
    try (NativeFile memory = NativeFile.memory("nameless", 10)) {
      Path path = descriptorOf("nameless");
      assertRefused(Errno.ENOENT, path, folder.resolve("journal"));
      assertEquals(10, memory.size());
    }
  }

  private static Path descriptorOf(String name) throws IOException {
    try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
      return all.filter(path -> target(path).contains(name)).findFirst().orElseThrow();
    }
  }

  private static String target(Path link) {
    try {
      return Files.readSymbolicLink(link).toString();
    } catch (IOException e) {
      return ""; // the descriptor of the folder itself
    }
  }

  @Test
  void anAttributeThatIsNotTheLibrarysIsRefusedWithTheReason() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));
    var view = Files.getFileAttributeView(file, UserDefinedFileAttributeView.class);
    assumeTrue(view != null && Files.getFileStore(file).supportsFileAttributeView("user"));
    for (int size : List.of(3, 17)) {
      view.write("mman.id", ByteBuffer.allocate(size));
      Errno expected = size < 16 ? Errno.EEXIST : Errno.ERANGE;
      MmanException e = assertRefused(expected, file, folder.resolve("journal"));
      assertTrue(e.getMessage().endsWith("does not have 16 bytes: remove it"), e.getMessage());
    }
    view.delete("mman.id");
    StagedRegion.open(file, folder.resolve("journal")).close();
  }
}
