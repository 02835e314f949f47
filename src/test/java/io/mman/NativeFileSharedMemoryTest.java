package io.mman;

import static io.mman.testing.Failures.failure;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.testing.OpenFiles;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** POSIX shared-memory objects, which Linux keeps in {@code /dev/shm}. */
class NativeFileSharedMemoryTest {
  private final String name = "/mman-test-" + ProcessHandle.current().pid();
  private final Path path = Path.of("/dev/shm" + name);

  @BeforeEach
  @AfterEach
  void remove() throws IOException {
    Files.deleteIfExists(path);
    assertFalse(
        OpenFiles.all().values().stream().anyMatch(target -> target.startsWith(path.toString())));
  }

  @Test
  void twoWhoOpenTheNameShareTheObject() {
    try (NativeFile one = NativeFile.sharedMemory(name, WRITE, CREATE);
        NativeFile other = NativeFile.sharedMemory(name)) {
      assertEquals(0, one.size());
      one.resize(10);
      assertEquals(10, other.size());
      assertEquals(path, one.path());
      assertTrue(one.file.status(one.fd()).isRegular());
    }
  }

  @Test
  void aNewObjectIsItsCreatorsOnly() throws IOException {
    NativeFile.sharedMemory(name, WRITE, CREATE).close();
    assertEquals(0600, (int) Files.getAttribute(path, "unix:mode") & 0777);
  }

  @Test
  void theSlashMayBeLeftOut() {
    NativeFile.sharedMemory(name.substring(1), WRITE, CREATE).close();
    try (NativeFile file = NativeFile.sharedMemory(name)) {
      assertEquals(path, file.path());
    }
  }

  @Test
  void aNameInAnyAlphabetWillDo() throws IOException {
    String foreign = name + "-\u20ac \ufffd%";
    try (NativeFile file = NativeFile.sharedMemory(foreign, WRITE, CREATE)) {
      file.resize(3);
      assertEquals(3, Files.size(file.path()));
    } finally {
      NativeFile.unlinkSharedMemory(foreign);
    }
  }

  @Test
  void optionsMeanWhatTheyMeanForFiles() {
    failure("shm_open", Errno.ENOENT, () -> open(CREATE));
    try (NativeFile file = NativeFile.sharedMemory(name, WRITE, CREATE_NEW)) {
      file.resize(5);
      open(CREATE, TRUNCATE_EXISTING);
      assertEquals(5, file.size());
      open(WRITE, CREATE);
      assertEquals(5, file.size());
      open(WRITE, TRUNCATE_EXISTING);
      assertEquals(0, file.size());
    }
    OpenOption append = java.nio.file.StandardOpenOption.APPEND;
    assertThrows(UnsupportedOperationException.class, () -> open(WRITE, append));
  }

  @Test
  void createNewFailsWhereTheNameIsTaken() {
    open(WRITE, CREATE);
    MmanException e = failure("shm_open", Errno.EEXIST, () -> open(WRITE, CREATE_NEW));
    assertEquals(FileAlreadyExistsException.class, e.getCause().getClass());
    assertTrue(e.getMessage().startsWith("shm_open(\"" + name + "\", O_RDWR|"), e.getMessage());
    assertTrue(e.getMessage().endsWith(", 0600): EEXIST (File exists)"), e.getMessage());
  }

  @Test
  void ofManyWhoCreateOneWins() throws Exception {
    int threads = 4;
    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      for (int round = 0; round < 50; round++) {
        CyclicBarrier start = new CyclicBarrier(threads);
        List<Future<Integer>> wins = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
          wins.add(pool.submit(() -> createsNew(start)));
        }
        int sum = 0;
        for (Future<Integer> win : wins) {
          sum += win.get();
        }
        assertEquals(1, sum);
        NativeFile.unlinkSharedMemory(name);
      }
    }
  }

  private int createsNew(CyclicBarrier start) throws Exception {
    start.await();
    try {
      open(WRITE, CREATE_NEW);
      return 1;
    } catch (MmanException e) {
      assertEquals(Errno.EEXIST, e.error());
      return 0;
    }
  }

  @Test
  void anObjectOutlivesItsName() {
    try (NativeFile file = NativeFile.sharedMemory(name, WRITE, CREATE)) {
      NativeFile.unlinkSharedMemory(name);
      file.resize(1);
      assertEquals(1, file.size());
      MmanException e = failure("shm_open", Errno.ENOENT, () -> open());
      assertEquals(NoSuchFileException.class, e.getCause().getClass());
    }
  }

  @Test
  void unlinkFailsWhereThereIsNoSuchName() {
    MmanException e =
        failure("shm_unlink", Errno.ENOENT, () -> NativeFile.unlinkSharedMemory(name));
    assertEquals(
        "shm_unlink(\"" + name + "\"): ENOENT (No such file or directory)", e.getMessage());
  }

  private void open(OpenOption... options) {
    NativeFile.sharedMemory(name, options).close();
  }
}
