package io.mman.stress;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.mman.Errno;
import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.Mman;
import io.mman.MmanException;
import io.mman.Protection;
import io.mman.testing.Samples;
import java.nio.file.Path;

/** Asks for write access to a file that is open for reading only, and whose pages are lost. */
final class ReadOnlySurvivor {
  private static final long BYTES = 4 * Mman.pageSize();

  private ReadOnlySurvivor() {}

  /** Takes a folder. */
  public static void main(String... arguments) {
    Path path = Samples.file(Path.of(arguments[0]), BYTES);
    try (MappedRegion region = Mapping.file(path).surviveBusErrors().mapShared()) {
      Samples.resize(path, 0);
      require(region.segment().get(JAVA_BYTE, 0) == 0, "not lost");
      try {
        region.protect(Protection.READ_WRITE);
        throw new AssertionError("stores would never reach the file");
      } catch (MmanException e) {
        require(e.error() == Errno.EACCES && e.call().equals("mprotect"), e.toString());
        require(e.getMessage().contains("open for reading only"), e.toString());
      }
      Samples.resize(path, BYTES);
      region.restore();
      region.requireIntact();
      require(region.protection() == Protection.READ, "another protection");
    }
    System.out.println("survived");
  }

  private static void require(boolean condition, String what) {
    if (!condition) {
      throw new AssertionError(what);
    }
  }
}
