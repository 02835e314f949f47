package io.mman;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.testing.CProgram;
import io.mman.testing.Command;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A second process, written in C, and this one see each other's locks. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class NativeFileLockProcessTest {
  @TempDir static Path folder;
  private static Path program;
  private Path path;

  @BeforeAll
  static void compile() {
    program =
        CProgram.compile(
            folder,
            """
            #include <fcntl.h>
            #include <stdio.h>
            #include <unistd.h>
            /* Queries an ordinary lock of the whole file; with "hold", takes it and keeps it until killed. */
            int main(int argc, char **argv) {
              struct flock lock = {.l_type = argv[2][0] == 's' ? F_RDLCK : F_WRLCK};
              int fd = open(argv[1], O_RDWR);
              puts(fcntl(fd, F_SETLK, &lock) == 0 ? "free" : "locked");
              fflush(stdout);
              if (argc > 3) pause();
              return 0;
            }
            """);
  }

  @BeforeEach
  void createFile() throws IOException {
    path = folder.resolve("file");
    Files.deleteIfExists(path);
    Files.createFile(path);
  }

  @Test
  void anotherProcessSeesTheKindOfTheLock() {
    try (NativeFile file = NativeFile.open(path, WRITE)) {
      file.lock(false);
      assertEquals("locked", asks("shared"));
      file.lock(true);
      assertEquals("free", asks("shared"));
      assertEquals("locked", asks("exclusive"));
      file.unlock();
      assertEquals("free", asks("exclusive"));
      file.lock(false);
    }
    assertEquals("free", asks("exclusive"));
  }

  @Test
  void theLockSurvivesWhatDropsThatOfAFileChannel() throws IOException {
    try (NativeFile file = NativeFile.open(path, WRITE)) {
      file.lock(false);
      openAndCloseOthers();
      assertEquals("locked", asks("exclusive"));
    }
    try (FileChannel channel = FileChannel.open(path, READ, WRITE);
        FileLock lock = channel.lock()) {
      assertNotNull(lock);
      assertEquals("locked", asks("exclusive"));
      openAndCloseOthers();
      assertEquals("free", asks("exclusive"), "POSIX has become kinder: change the javadoc");
    }
  }

  @Test
  void theDeathOfAnotherProcessEndsTheWait() throws Exception {
    Process holder =
        new ProcessBuilder(program.toString(), path.toString(), "exclusive", "hold").start();
    try (NativeFile file = NativeFile.open(path, WRITE)) {
      assertEquals("free", holder.inputReader().readLine());
      assertFalse(file.tryLock(true));
      holder.destroyForcibly();
      file.lock(false);
      assertEquals("locked", asks("shared"));
    } finally {
      holder.destroyForcibly();
      assertTrue(holder.waitFor(30, TimeUnit.SECONDS));
    }
  }

  private void openAndCloseOthers() throws IOException {
    NativeFile.open(path, WRITE, CREATE).close();
    Mapping.file(path).mapConfined().close();
    FileChannel.open(path, READ).close();
    Files.readAllBytes(path);
  }

  private String asks(String kind) {
    return Command.run(List.of(program.toString(), path.toString(), kind)).lines().getFirst();
  }
}
