package io.mman.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDirFactory;

/** Creates folders in target, because /tmp may be a tmpfs, whose pages cannot be dropped. */
public final class BelowTarget implements TempDirFactory {
  @Override
  public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext extension)
      throws IOException {
    Path target = Path.of(System.getProperty("mman.classes")).getParent();
    return Files.createTempDirectory(target, "files-");
  }
}
