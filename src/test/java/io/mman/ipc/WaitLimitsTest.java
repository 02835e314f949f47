package io.mman.ipc;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.MmanException;
import io.mman.NativeFile;
import io.mman.Protection;
import io.mman.testing.ChildJvm;
import io.mman.testing.LibC;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Locks, words and sockets still work when no descriptor is free, not even one to load a class
 * with.
 */
class WaitLimitsTest {
  @TempDir Path folder;

  @Test
  void aLockThatIsOpenNeedsNoFurtherDescriptor() {
    assertEquals(
        """
        lock CLEAN
        tryLock Optional.empty
        timed Optional.empty
        virtual Optional.empty
        dead Optional[OWNER_DIED]
        refused IllegalStateException
        unlock null
        another EMFILE
        after one was closed CLEAN
        """,
        run("lock"));
  }

  @Test
  void aWordThatIsKnownNeedsNoDescriptor() {
    assertEquals(
        """
        wake 0
        timed false
        virtual false
        protected EFAULT
        """,
        run("word"));
  }

  /** The lock file takes it, and has to be read and written then. */
  @Test
  void theFirstLockNeedsOneDescriptor() {
    assertEquals("first CLEAN\nsecond EMFILE\n", run("first"));
  }

  @Test
  void theFirstListenerNeedsOneDescriptor() {
    String result = run("listen");
    assertTrue(result.endsWith("/lock\", open]\nsecond EMFILE\n"), result);
  }

  @Test
  void theFirstFailureToConnectIsReported() {
    assertEquals("take ENOENT\ntake ENOENT\n", run("take"));
  }

  private String run(String what) {
    return ChildJvm.of(AtTheLimit.class)
        .under("prlimit", "--nofile=100")
        .run(what, folder.resolve("lock").toString())
        .success();
  }

  /** Takes what to do, and the path of the lock file. */
  static final class AtTheLimit {
    private static final Duration SHORT = Duration.ofMillis(70);

    private AtTheLimit() {}

    public static void main(String... args) throws Exception {
      Thread.ofVirtual().start(() -> {}).join(); // the JDK loads what it needs itself
      try (MappedRegion region = Mapping.anonymous(4096).shared().mapShared()) {
        switch (args[0]) {
          case "lock" -> useLocks(region, Path.of(args[1]));
          case "first" -> useLastDescriptor(region, Path.of(args[1]));
          case "listen" -> listen(Path.of(args[1]));
          case "take" -> take(Path.of(args[1]));
          default -> useWord(region);
        }
      }
    }

    /** Uses up all descriptors. */
    private static List<NativeFile> fill() {
      NativeFile first = NativeFile.memory("filler", 1);
      List<NativeFile> fillers = new ArrayList<>(List.of(first));
      int fd;
      while ((fd = LibC.dup(first.fd())) >= 0) {
        fillers.add(NativeFile.adopt(fd));
      }
      return fillers;
    }

    private static void useLocks(MappedRegion region, Path file) throws Exception {
      SharedLock lock = SharedLock.at(region, 0, file);
      SharedLock other = SharedLock.at(region, 0, file);
      List<NativeFile> fillers = fill();
      report("lock", lock::lock);
      report("tryLock", other::tryLock);
      report("timed", () -> other.tryLock(SHORT));
      report("virtual", () -> onVirtualThread(() -> other.tryLock(SHORT)));
      region.segment().set(JAVA_INT, 4, 9); // a participant has died
      region.segment().set(JAVA_INT, 0, 9);
      report("dead", other::tryLock);
      report("refused", () -> close(other));
      report("unlock", () -> unlock(other));
      report("another", () -> SharedLock.at(region, 0, file));
      fillers.removeLast().close();
      try (SharedLock third = SharedLock.at(region, 0, file)) {
        report("after one was closed", third::lock);
        third.unlock();
      }
    }

    private static void useLastDescriptor(MappedRegion region, Path file) throws Exception {
      fill().removeLast().close();
      report("first", () -> SharedLock.at(region, 0, file).lock());
      report("second", () -> SharedLock.at(region, 0, file));
    }

    private static void listen(Path path) throws Exception {
      fill().removeLast().close();
      report("listen", () -> Handover.listen(path));
      report("second", () -> Handover.listen(path));
    }

    private static void take(Path path) throws Exception {
      fill().removeLast().close();
      report("take", () -> Handover.take(path));
      report("take", () -> Handover.take(path));
    }

    private static void useWord(MappedRegion region) throws Exception {
      Futex word = Futex.at(region, 0);
      MappedRegion hidden = Mapping.anonymous(4096).protection(Protection.NONE).mapShared();
      fill();
      report("wake", () -> word.wake(1));
      report("timed", () -> word.await(0, SHORT));
      report("virtual", () -> onVirtualThread(() -> word.await(0, SHORT)));
      report("protected", () -> Futex.at(hidden, 0).await(0, SHORT));
    }

    private static Void close(SharedLock lock) {
      lock.close();
      return null;
    }

    private static Void unlock(SharedLock lock) {
      lock.unlock();
      return null;
    }

    private static <T> T onVirtualThread(Callable<T> task) throws Exception {
      FutureTask<T> future = new FutureTask<>(task);
      Thread.ofVirtual().start(future);
      return future.get();
    }

    private static void report(String what, Callable<?> call) throws Exception {
      Object result;
      try {
        result = call.call();
      } catch (MmanException e) {
        result = e.error();
      } catch (IllegalStateException e) {
        result = e.getClass().getSimpleName();
      }
      System.out.println(what + " " + result);
    }
  }
}
