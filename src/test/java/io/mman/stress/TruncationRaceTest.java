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

/** A file that another process cuts and extends at any moment. */
class TruncationRaceTest {
  private static final long PAGE = Mman.pageSize();
  private static final long BYTES = 64 * PAGE;
  private static final int TRIES = 10_000;

  @TempDir Path folder;

  /** Cuts and extends a file until its standard input ends, which the death of the other does. */
  static class Cutter {
    public static void main(String... arguments) throws IOException {
      Thread cutter = new Thread(() -> cut(arguments[0]));
      cutter.setDaemon(true);
      cutter.start();
      System.in.read();
    }

    private static void cut(String path) {
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

  /** Makes the calls that promise an error where a touch would be a signal. */
  static class Caller {
    private final MappedRegion region;
    private final MemorySegment memory = Arena.global().allocate(BYTES);
    private final MemorySegment heap = MemorySegment.ofArray(new byte[(int) BYTES]);
    private int whole;
    private int refused;
    private int cut;

    private Caller(MappedRegion region) {
      this.region = region;
    }

    public static void main(String... arguments) throws Exception {
      Mapping mapping = Mapping.file(Path.of(arguments[0])).protection(Protection.READ_WRITE);
      Caller shared = new Caller(mapping.mapShared());
      Caller own = new Caller(mapping.copyOnWrite().mapConfined());
      Process cutter =
          ChildJvm.of(Cutter.class)
              .onClassPath(System.getProperty("java.class.path"))
              .start(arguments[0]);
      for (int i = 0; i < TRIES || !shared.hasSeenAll() || !own.hasSeenAll(); i++) {
        require(cutter.isAlive());
        (i % 2 == 0 ? shared : own).call(i / 2 % 6);
      }
      cutter.getOutputStream().close();
      require(cutter.waitFor() == 0);
      System.out.println("survived");
    }

    /** Whether calls have met the file as it was, and cut, so that they were in danger. */
    private boolean hasSeenAll() {
      return whole > 0 && refused > 0 && cut > 0;
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
          cut++;
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
  void costsNoCallTheJvm() {
    String path = Samples.file(folder, BYTES).toString();
    assertEquals(List.of("survived"), ChildJvm.of(Caller.class).run(path).lines());
  }
}
