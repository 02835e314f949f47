package io.mman.stress;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.Advice;
import io.mman.Errno;
import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.Mman;
import io.mman.MmanException;
import io.mman.NativeFile;
import io.mman.Protection;
import io.mman.testing.ChildJvm;
import io.mman.testing.Command;
import io.mman.testing.Samples;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Many threads at once, in JVMs that would crash if one view allowed too much. */
class MappedRegionStressTest {
  private static final long PAGE = Mman.pageSize();
  private static final int CHANGES = 100;

  @TempDir Path folder;

  /**
   * Threads that run until the main thread is done; an exception in one of them ends the program.
   */
  private static final class Crew {
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final AtomicLong done = new AtomicLong();
    private volatile boolean over;

    /**
     * Repeats actions, which may fail because of a revoked view, the protection or a closed region.
     */
    void repeat(Runnable... actions) {
      Thread thread =
          new Thread(
              () -> {
                for (int i = 0; !over; i++) {
                  run(actions[i % actions.length]);
                }
              });
      thread.start();
      threads.add(thread);
    }

    private void run(Runnable action) {
      try {
        action.run();
        done.incrementAndGet();
      } catch (IllegalStateException | IllegalArgumentException | MmanException e) {
        if (!isExpected(e)) {
          failure.compareAndSet(null, e);
        }
      } catch (Throwable e) {
        failure.compareAndSet(null, e);
      }
    }

    private static boolean isExpected(RuntimeException e) {
      return !(e instanceof MmanException m) || m.error() == Errno.EFAULT;
    }

    /** Waits for some work of the others, so that they begin before the main thread is done. */
    void await(long more) {
      long goal = done.get() + more;
      while (done.get() < goal && failure.get() == null) {
        Thread.onSpinWait();
      }
    }

    void end() throws InterruptedException {
      over = true;
      for (Thread thread : threads) {
        thread.join();
      }
      if (failure.get() != null) {
        throw new AssertionError(failure.get());
      }
      System.out.println("fine");
    }
  }

  /** Every access to a view, and every call, while the protection changes. */
  static class Revocation {
    public static void main(String... arguments) throws InterruptedException {
      MappedRegion region = Mapping.anonymous(64 * PAGE).mapShared();
      Crew crew = new Crew();
      crew.repeat(() -> region.segment().set(ValueLayout.JAVA_LONG, 8 * PAGE, 42L));
      crew.repeat(
          () -> sum(region.segment()),
          () -> region.segment().fill((byte) 1),
          () -> put(region.segment().asByteBuffer()),
          () -> region.segment().asSlice(5).copyFrom(region.segment().asSlice(0, PAGE)),
          () -> region.segment().mismatch(region.segment().asSlice(1)));
      crew.repeat(() -> calls(region), () -> region.write(7, MemorySegment.ofArray(new byte[9])));
      Protection[] protections = Protection.values();
      for (int i = 0; i < CHANGES; i++) {
        region.protect(protections[i * 5 % protections.length]);
        if (i % 10 == 0) {
          region.protect(Protection.READ_WRITE);
          crew.await(10);
        }
      }
      region.protect(Protection.READ_WRITE);
      crew.await(100);
      region.close();
      crew.end();
    }

    private static long sum(MemorySegment view) {
      long sum = 0;
      for (long i = 0; i < view.byteSize(); i += Integer.BYTES) {
        sum += view.get(ValueLayout.JAVA_INT, i);
      }
      return sum;
    }

    private static void put(ByteBuffer buffer) {
      if (!buffer.isReadOnly()) {
        for (int i = 0; i < buffer.limit(); i++) {
          buffer.put(i, (byte) i);
        }
      }
    }

    private static void calls(MappedRegion region) {
      region.sync(1, PAGE);
      region.advise(Advice.DONTNEED, PAGE, 5 * PAGE);
      region.advise(Advice.RANDOM);
      region.residentPages(3, 9 * PAGE);
      region.read(PAGE, MemorySegment.ofArray(new byte[100]));
    }
  }

  /** The loop of the class's javadoc always comes to an end, with the right value. */
  static class Retry {
    public static void main(String... arguments) throws InterruptedException {
      MappedRegion region = Mapping.anonymous(PAGE).mapShared();
      region.segment().set(ValueLayout.JAVA_LONG, 0, 42L);
      AtomicLong last = new AtomicLong();
      Crew crew = new Crew();
      for (int i = 0; i < 2; i++) {
        crew.repeat(
            () -> {
              if (read(region, 0) != 42) {
                throw new AssertionError("another value");
              }
            });
      }
      for (int i = 0; i < CHANGES; i++) {
        region.protect(i % 3 == 0 ? Protection.NONE : Protection.READ);
        region.protect(Protection.READ_WRITE);
        if (i % 10 == 0) {
          crew.await(10);
        }
      }
      region.close();
      try {
        last.set(read(region, 0));
      } catch (IllegalStateException closed) {
        last.set(-1);
      }
      if (last.get() != -1) {
        throw new AssertionError("read after the end");
      }
      crew.end();
    }

    private static long read(MappedRegion region, long offset) {
      while (true) {
        try {
          return region.segment().get(ValueLayout.JAVA_LONG, offset);
        } catch (IllegalStateException revoked) {
          if (!region.isAlive()) {
            throw revoked; // closed, not revoked
          }
        }
      }
    }
  }

  /** A file of the program grows and shrinks, but is never truncated under a view. */
  static class Resizer {
    public static void main(String... arguments) throws InterruptedException {
      NativeFile file = NativeFile.open(Path.of(arguments[0]), StandardOpenOption.WRITE);
      Mapping whole = Mapping.file(file).protection(Protection.READ_WRITE);
      AtomicLong refused = new AtomicLong();
      Crew crew = new Crew();
      crew.repeat(() -> touch(whole.mapConfined()));
      crew.repeat(
          () -> touch(whole.mapShared()),
          () -> {
            try (Arena arena = Arena.ofShared()) {
              MemorySegment view = whole.map(arena).segment();
              view.set(ValueLayout.JAVA_BYTE, view.byteSize() - 1, (byte) 1);
            }
          });
      for (int i = 0; i < CHANGES || refused.get() == 0; i++) {
        try {
          file.resize(1 + i * 7919L % (32 * PAGE));
        } catch (IllegalStateException inUse) {
          refused.incrementAndGet();
        }
        if (i % 20 == 0) {
          crew.await(3);
        }
      }
      crew.end();
    }

    private static void touch(MappedRegion region) {
      try (region) {
        MemorySegment view = region.segment();
        view.set(ValueLayout.JAVA_BYTE, view.byteSize() - 1, (byte) 1);
        view.fill((byte) 2);
      }
    }
  }

  /** Arenas are closed at any time while the calls of regions that borrow them run. */
  static class Borrowing {
    public static void main(String... arguments) throws InterruptedException {
      AtomicReference<MappedRegion> current = new AtomicReference<>();
      Mapping request = Mapping.file(Path.of(arguments[0])).copyOnWrite().range(5, 20 * PAGE);
      current.set(request.map(Arena.global()));
      Crew crew = new Crew();
      crew.repeat(() -> Revocation.calls(current.get()));
      crew.repeat(
          () -> Revocation.sum(current.get().segment().asSlice(3, 16 * PAGE)),
          () -> current.get().protect(Protection.READ_WRITE).fill((byte) 1));
      for (int i = 0; i < CHANGES; i++) {
        Arena arena = Arena.ofShared();
        current.set(request.map(arena));
        if (i % 10 == 0) {
          crew.await(5);
        }
        close(arena);
      }
      crew.end();
    }

    private static void close(Arena arena) {
      while (true) {
        try {
          arena.close();
          return;
        } catch (IllegalStateException inUse) {
          Thread.onSpinWait(); // a call on a region runs: the arena's own exception
        }
      }
    }
  }

  @Test
  void revocationReachesEveryThreadAndNoneCrashes() {
    assertFine(ChildJvm.of(Revocation.class).run());
  }

  @Test
  void aReaderWithoutALockStartsAgain() {
    assertFine(ChildJvm.of(Retry.class).run());
  }

  @Test
  void aFileIsNeverTruncatedUnderAView() {
    Path file = Samples.file(folder, 3 * PAGE);
    assertFine(ChildJvm.of(Resizer.class).run(file.toString()));
  }

  @Test
  void anArenaMayCloseAtAnyTime() {
    Path file = Samples.file(folder, 30 * PAGE);
    assertFine(ChildJvm.of(Borrowing.class).run(file.toString()));
  }

  private static void assertFine(Command.Outcome outcome) {
    assertEquals("fine\n", outcome.out(), outcome::err);
    assertTrue(outcome.exitCode() == 0, outcome::toString);
  }
}
