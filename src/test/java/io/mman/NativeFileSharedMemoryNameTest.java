package io.mman;

import static io.mman.testing.Failures.failure;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.testing.Command;
import io.mman.testing.OpenFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Names that are not those of shared-memory objects, although shm_open may open some of them. */
class NativeFileSharedMemoryNameTest {
  private static final OpenOption[][] WAYS = {{}, {WRITE}, {WRITE, CREATE}};

  private final String name = "mman-name-" + ProcessHandle.current().pid();
  private final Path path = Path.of("/dev/shm", name);
  private int openBefore;

  @BeforeEach
  void countOpenFiles() throws IOException {
    Files.deleteIfExists(path);
    openBefore = OpenFiles.all().size();
  }

  @AfterEach
  void remove() throws IOException {
    Files.deleteIfExists(path);
    assertEquals(openBefore, OpenFiles.all().size());
  }

  @Test
  void theNamesOfTheFolderAndItsParentAreRefused() {
    for (String bad : List.of(".", "..", "/.", "/..", "//..", "/x/..")) {
      for (OpenOption[] way : WAYS) {
        assertRefused(bad, way);
      }
      assertThrows(IllegalArgumentException.class, () -> NativeFile.unlinkSharedMemory(bad));
    }
    failure("shm_open", Errno.EINVAL, () -> NativeFile.sharedMemory("../shm"));
  }

  private static void assertRefused(String name, OpenOption... options) {
    var e =
        assertThrows(
            IllegalArgumentException.class, () -> NativeFile.sharedMemory(name, options).close());
    assertTrue(e.getMessage().contains("\"" + name + "\""), e::getMessage);
  }

  @Test
  void aNameThatIsNoneIsRefusedWithTheReason() {
    for (OpenOption[] way : WAYS) {
      assertInvalid("", "the name is empty", way);
      assertInvalid("/", "the name is empty", way);
      assertInvalid("///", "the name is empty", way);
      assertInvalid("/a/b", "the name has a second slash", way);
      assertInvalid("a/", "the name has a second slash", way);
      assertThrows(IllegalArgumentException.class, () -> NativeFile.sharedMemory(name + "\0", way));
      MmanException e =
          assertThrows(
              MmanException.class, () -> NativeFile.sharedMemory("\u20ac".repeat(100), way));
      assertTrue(e.error() == Errno.ENAMETOOLONG || e.error() == Errno.EINVAL, e::getMessage);
      assertTrue(e.getMessage().endsWith("longer than the system allows"), e::getMessage);
    }
    assertThrows(NullPointerException.class, () -> NativeFile.sharedMemory(null));
    assertThrows(NullPointerException.class, () -> NativeFile.unlinkSharedMemory(null));
  }

  private static void assertInvalid(String name, String reason, OpenOption... options) {
    MmanException e =
        failure("shm_open", Errno.EINVAL, () -> NativeFile.sharedMemory(name, options));
    assertTrue(e.getMessage().endsWith(": " + reason), e::getMessage);
  }

  @Test
  void aFolderAmongTheObjectsIsRefused() throws IOException {
    Files.createDirectory(path);
    assertRefused(name);
    MmanException e =
        assertThrows(MmanException.class, () -> NativeFile.sharedMemory(name, WRITE, CREATE));
    assertTrue(e.error() == Errno.EISDIR || e.error() == Errno.EINVAL, e::getMessage); // of glibc
    assertTrue(e.getMessage().endsWith("the name of a directory, not of shared memory"));
  }

  @Test
  void aSymbolicLinkAmongTheObjectsIsRefused() throws IOException {
    Files.createSymbolicLink(path, Path.of("/etc/passwd"));
    for (OpenOption[] way : WAYS) {
      MmanException e = failure("shm_open", Errno.ELOOP, () -> NativeFile.sharedMemory(name, way));
      assertTrue(e.getMessage().endsWith("a symbolic link, not of shared memory"), e::getMessage);
    }
  }

  /** Without a writer, a pipe would let the thread wait. */
  @Test
  @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void aPipeAmongTheObjectsIsRefused() {
    Command.run(List.of("mkfifo", path.toString())).success();
    for (OpenOption[] way : WAYS) {
      assertRefused(name, way);
    }
  }

  @Test
  void anObjectStaysOne() {
    NativeFile.sharedMemory("//" + name, WRITE, CREATE).close();
    NativeFile.sharedMemory(name).close();
    NativeFile.sharedMemory("..." + name, WRITE, CREATE).close();
    NativeFile.unlinkSharedMemory("..." + name);
  }
}
