package example;

import io.mman.Errno;
import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.MmanException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.nio.file.Path;

/** Survives the truncation of a mapped file: the copy throws an exception instead of crashing. */
final class SafeRead {
  public static void main(String... arguments) throws IOException {
    Path path = Path.of(arguments[0]);
    try (Arena arena = Arena.ofConfined()) {
      MappedRegion file = Mapping.file(path).create(8192).map(arena);
      try (var other = new RandomAccessFile(path.toFile(), "rw")) {
        other.setLength(0);
      }
      try {
        file.read(0, arena.allocate(100));
      } catch (MmanException e) {
        System.out.println("not copied: " + (e.error() == Errno.EFAULT));
      }
    }
  }
}
