package io.mman.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDirFactory;

/** Folders in memory, if the system has a place for them: nothing there waits for a disk. */
public class InMemory implements TempDirFactory {
  @Override
  public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext context)
      throws IOException {
    Path memory = Path.of("/dev/shm");
    return Files.isWritable(memory) && isSuitable(memory)
        ? Files.createTempDirectory(memory, "mman")
        : Files.createTempDirectory("mman");
  }

  boolean isSuitable(Path memory) throws IOException {
    return true;
  }

  /** Only there if files can have attributes there, which Linux has since 6.6. */
  public static final class WithAttributes extends InMemory {
    @Override
    boolean isSuitable(Path memory) throws IOException {
      return Files.getFileStore(memory).supportsFileAttributeView("user");
    }
  }
}
