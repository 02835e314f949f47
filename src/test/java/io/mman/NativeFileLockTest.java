package io.mman;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two objects that opened the same file lock each other out, as two processes would. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class NativeFileLockTest {
  @TempDir Path folder;
  private NativeFile one;
  private NativeFile other;

  @BeforeEach
  void openTwice() {
    Path path = folder.resolve("file");
    one = NativeFile.open(path, WRITE, CREATE);
    other = NativeFile.open(path, WRITE);
  }

  @AfterEach
  void close() {
    one.close();
    other.close();
  }

  @Test
  void anExclusiveLockKeepsOutBothKinds() {
    one.lock(false);
    assertFalse(other.tryLock(false));
    assertFalse(other.tryLock(true));
    one.unlock();
    assertTrue(other.tryLock(false));
  }

  @Test
  void theMethodsThatNameTheKindDoAsTheOnesWithAnArgument() {
    one.lock();
    assertFalse(other.tryLockShared());
    one.lockShared();
    assertTrue(other.tryLockShared());
    assertFalse(other.tryLock());
    one.unlock();
    assertTrue(other.tryLock());
    assertFalse(one.tryLockShared());
  }

  @Test
  void sharedLocksKeepOutAnExclusiveOneOnly() {
    one.lock(true);
    assertTrue(other.tryLock(true));
    assertFalse(other.tryLock(false));
    one.unlock();
    assertTrue(other.tryLock(false));
  }

  @Test
  void anExclusiveLockBecomesSharedAtOnce() {
    one.lock(false);
    one.lock(true);
    assertTrue(other.tryLock(true));
  }

  @Test
  void aSharedLockIsKeptIfItCannotBecomeExclusive() {
    one.lock(true);
    other.lock(true);
    assertFalse(one.tryLock(false));
    other.unlock();
    assertFalse(other.tryLock(false));
    assertTrue(one.tryLock(false));
    assertFalse(other.tryLock(true));
  }

  @Test
  void unlockingWithoutALockDoesNothing() {
    assertDoesNotThrow(one::unlock);
    other.lock(false);
    one.unlock();
    assertFalse(one.tryLock(true));
  }

  @Test
  void theLockCoversBytesAfterTheEndOfTheFile() throws Exception {
    one.lock(false);
    try (FileChannel channel = FileChannel.open(one.path(), READ, WRITE)) {
      assertNull(channel.tryLock(1L << 40, 1, false));
      one.unlock();
      try (FileLock lock = channel.tryLock(1L << 40, 1, false)) {
        assertNotNull(lock);
        assertFalse(one.tryLock(false));
      }
    }
  }

  @Test
  void aWaitForALockEndsWithTheLock() throws Exception {
    one.lock(false);
    Waiter waiter = new Waiter(() -> other.lock(false));
    waiter.awaitWaiting();
    one.unlock();
    waiter.join();
    assertFalse(one.tryLock(true));
  }

  @Test
  void closingEndsAWaitOnAnotherThread() throws Exception {
    one.lock(false);
    Waiter waiter = new Waiter(() -> other.lock(false));
    waiter.awaitWaiting();
    other.close();
    assertInstanceOf(IllegalStateException.class, waiter.failure());
  }

  @Test
  void interruptionIsLeftForLater() throws Exception {
    one.lock(false);
    CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
    Waiter waiter =
        new Waiter(
            () -> {
              other.lock(false);
              interrupted.complete(Thread.currentThread().isInterrupted());
            });
    waiter.awaitWaiting();
    waiter.interrupt();
    waiter.awaitWaiting();
    assertFalse(interrupted.isDone());
    one.unlock();
    assertTrue(interrupted.get(30, TimeUnit.SECONDS));
    waiter.join();
  }

  @Test
  void closingAnotherDescriptorOfTheFileKeepsTheLock() {
    one.lock(false);
    NativeFile.open(one.path(), WRITE).close();
    assertFalse(other.tryLock(true));
  }

  @Test
  void closingReleasesTheLockEvenIfAMappingKeepsTheFile() {
    one.resize(1);
    one.lock(false);
    MemorySegment mapped =
        Mman.mmap(MemorySegment.NULL, 1, Protection.READ, Set.of(MapFlag.SHARED), one.fd(), 0);
    try {
      one.close();
      assertTrue(other.tryLock(false));
    } finally {
      Mman.munmap(mapped);
    }
  }

  @Test
  void anExclusiveLockRequiresAFileOpenForWriting() {
    try (NativeFile reader = NativeFile.open(one.path())) {
      assertTrue(reader.tryLock(true));
      MmanException e = assertThrows(MmanException.class, () -> reader.lock(false));
      assertEquals("fcntl", e.call());
      assertEquals(Errno.EBADF, e.error());
      String expected = "fcntl(\"" + one.path() + "\", F_OFD_SETLK, F_WRLCK): EBADF (";
      assertTrue(e.getMessage().startsWith(expected), e.getMessage());
    }
  }

  @Test
  void aClosedFileCannotBeLocked() {
    one.close();
    assertThrows(IllegalStateException.class, () -> one.lock(true));
    assertThrows(IllegalStateException.class, () -> one.tryLock(true));
    assertThrows(IllegalStateException.class, one::unlock);
  }

  /** A thread that waits for a lock. */
  private static final class Waiter {
    private final CompletableFuture<Void> done = new CompletableFuture<>();
    private final Thread thread;

    Waiter(Runnable action) {
      thread =
          Thread.ofPlatform()
              .daemon()
              .start(
                  () -> {
                    try {
                      action.run();
                      done.complete(null);
                    } catch (Throwable e) {
                      done.completeExceptionally(e);
                    }
                  });
    }

    /** Returns once the thread pauses between two requests. */
    void awaitWaiting() {
      while (LockSupport.getBlocker(thread) == null) {
        assertFalse(done.isDone(), "did not wait");
        Thread.onSpinWait();
      }
    }

    void interrupt() {
      thread.interrupt();
    }

    void join() throws Exception {
      done.get(30, TimeUnit.SECONDS);
    }

    Throwable failure() {
      return assertThrows(ExecutionException.class, this::join).getCause();
    }
  }
}
