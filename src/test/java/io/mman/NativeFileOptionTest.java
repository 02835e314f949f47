package io.mman;

import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.DELETE_ON_CLOSE;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Options that a mapped file cannot have: the message says why, and what to do instead. */
class NativeFileOptionTest {
  @TempDir Path folder;

  private void assertUnsupported(String message, OpenOption... options) {
    Path path = folder.resolve("new");
    var e =
        assertThrows(
            UnsupportedOperationException.class, () -> NativeFile.open(path, options).close());
    assertEquals(message, e.getMessage());
    e =
        assertThrows(
            UnsupportedOperationException.class,
            () -> NativeFile.sharedMemory("new", options).close());
    assertEquals(message, e.getMessage());
    assertFalse(Files.exists(path));
  }

  @Test
  void appending() {
    String message =
        "option APPEND is not supported: a store to mapped memory goes to its own place, not to the"
            + " end of the file; open with WRITE, then use MappedRegion.extend, or"
            + " NativeFile.resize and map the new range";
    assertUnsupported(message, APPEND);
    assertUnsupported(message, WRITE, APPEND);
  }

  @Test
  void deletingTheFileWhenItIsClosed() {
    assertUnsupported(
        "option DELETE_ON_CLOSE is not supported: delete the file by its path, which leaves it"
            + " usable until it is closed and unmapped, or use NativeFile.memory",
        WRITE,
        DELETE_ON_CLOSE);
  }
}
