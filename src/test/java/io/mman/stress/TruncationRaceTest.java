package io.mman.stress;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.mman.Errno;
import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.Mman;
import io.mman.MmanException;
import io.mman.Protection;
import io.mman.testing.ChildJvm;
import io.mman.testing.Samples;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file that another process truncates and extends at any moment. */
class TruncationRaceTest {
  private static final long PAGE = Mman.pageSize();
  private static final long BYTES = 64 * PAGE;
  private static final int TRIES = 10_000;

  @TempDir Path folder;

  /**
   * Truncates and extends a file until its standard input ends, as it does when the other process
   * ends.
   */
  static class Cutter {
    public static void main(String... arguments) throws IOException {
      Thread truncater = new Thread(() -> truncate(arguments[0]));
      truncater.setDaemon(true);
      truncater.start();
      System.in.read();
    }

    private static void truncate(String path) {
      Random random = new Random(1);
      try (RandomAccessFile file = new RandomAccessFile(path, "rw")) {
        while (true) {
          file.setLength(random.nextLong(BYTES));
          file.setLength(BYTES);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Makes the calls that promise an error, while an access would raise a signal. */
  static class Caller {
    private final MappedRegion region;
    private final MemorySegment memory = Arena.global().allocate(BYTES);
    private final MemorySegment heap = MemorySegment.ofArray(new byte[(int) BYTES]);
    private int whole;
    private int refused;
    private int truncated;

    private Caller(MappedRegion region) {
      this.region = region;
    }

    public static void main(String... arguments) throws Exception {
      Mapping mapping = Mapping.file(Path.of(arguments[0])).protection(Protection.READ_WRITE);
      Caller shared = new Caller(mapping.mapShared());
      Caller own = new Caller(mapping.copyOnWrite().mapConfined());
      Process truncater =
          ChildJvm.of(Cutter.class)
              .onClassPath(System.getProperty("java.class.path"))
              .start(arguments[0]);
      for (int i = 0; i < TRIES || !shared.hasSeenAll() || !own.hasSeenAll(); i++) {
        require(truncater.isAlive());
        (i % 2 == 0 ? shared : own).call(i / 2 % 6);
      }
      truncater.getOutputStream().close();
      require(truncater.waitFor() == 0);
      System.out.println("survived");
    }

    /** Whether calls have found the file both whole and truncated, so that the race took place. */
    private boolean hasSeenAll() {
      return whole > 0 && refused > 0 && truncated > 0;
    }

    private void call(int number) {
      try {
        long copied =
            switch (number) {
              case 0 -> region.read(0, memory);
              case 1 -> region.write(0, memory);
              case 2 -> region.read(0, heap);
              case 3 -> region.write(0, heap);
              case 4 -> populate();
              default -> sync();
            };
        require(copied > 0 && copied <= BYTES);
        if (copied == BYTES) {
          whole++;
        } else {
          truncated++;
        }
      } catch (MmanException e) {
        require(e.error() == Errno.EFAULT);
        refused++;
      }
    }

    private long populate() {
      region.populate();
      return BYTES;
    }

    private long sync() {
      region.sync();
      return BYTES;
    }

    private static void require(boolean condition) {
      if (!condition) {
        throw new AssertionError();
      }
    }
  }

  @Test
  void noCallCrashesTheJvm() {
    String path = Samples.file(folder, BYTES).toString();
    assertEquals(List.of("survived"), ChildJvm.of(Caller.class).run(path).lines());
  }
}
