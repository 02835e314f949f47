package io.mman.ipc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.testing.CProgram;
import io.mman.testing.ChildJvm;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two processes take turns in adding to a number, and each sleeps until it is its turn. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FutexProcessTest {
  @TempDir Path folder;
  private Path path;
  private MappedRegion region;

  @BeforeEach
  void map() {
    path = folder.resolve("word");
    region = Mapping.file(path).create(4096).mapShared();
  }

  @AfterEach
  void close() {
    region.close();
  }

  @Test
  void twoJvmsTakeTurns() throws Exception {
    takeTurnsWith(ChildJvm.of(Turns.class).start(path.toString()));
  }

  @Test
  void javaAndCTakeTurns() throws Exception {
    Path partner = CProgram.compile(folder, partnerInC());
    takeTurnsWith(
        new ProcessBuilder(partner.toString(), path.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start());
  }

  private void takeTurnsWith(Process partner) throws Exception {
    try {
      Turns.take(region, 0);
      assertEquals(0, partner.waitFor());
      assertEquals(2 * Turns.COUNT, (int) Turns.INTS.getAcquire(region.segment(), 0L));
    } finally {
      partner.destroyForcibly();
    }
  }

  private static String partnerInC() {
    return """
    #include <fcntl.h>
    #include <linux/futex.h>
    #include <stdatomic.h>
    #include <stddef.h>
    #include <sys/mman.h>
    #include <sys/syscall.h>
    #include <unistd.h>
    int main(int argc, char **argv) {
      int fd = open(argv[1], O_RDWR);
      _Atomic int *word = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
      for (int turn = 0; turn < %d; turn++) {
        int seen;
        while (((seen = atomic_load(word)) & 1) != 1)
          syscall(SYS_futex, word, FUTEX_WAIT, seen, NULL);
        atomic_store(word, seen + 1);
        syscall(SYS_futex, word, FUTEX_WAKE, 1);
      }
      return 0;
    }
    """
        .formatted(Turns.COUNT);
  }
}
