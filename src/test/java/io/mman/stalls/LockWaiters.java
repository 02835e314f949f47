package io.mman.stalls;

import io.mman.NativeFile;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** More virtual threads than the library has threads wait for the lock of a file. */
final class LockWaiters {
  private static final int WAITERS = 20;

  private LockWaiters() {}

  /** Takes the path of the file. */
  public static void main(String... args) throws Exception {
    Path path = Path.of(args[0]);
    CountDownLatch waiting = new CountDownLatch(WAITERS);
    AtomicInteger holders = new AtomicInteger();
    List<Thread> threads = new ArrayList<>();
    try (NativeFile holder = open(path)) {
      holder.lock();
      for (int i = 0; i < WAITERS; i++) {
        threads.add(
            Thread.ofVirtual()
                .start(
                    () -> {
                      try (NativeFile file = open(path)) {
                        waiting.countDown();
                        file.lock();
                        holders.incrementAndGet();
                        file.sync();
                        file.unlock();
                      }
                    }));
      }
      waiting.await();
      Thread.ofVirtual()
          .start(
              () -> {
                holder.sync(); // would wait for a thread of the library if the waiters took them
                holder.syncData();
                check(holders.get() == 0);
                holder.unlock();
              })
          .join();
      for (Thread thread : threads) {
        thread.join();
      }
    }
    check(holders.get() == WAITERS);
    System.out.println("all had the lock");
  }

  private static NativeFile open(Path path) {
    return NativeFile.open(
        path, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
  }

  private static void check(boolean condition) {
    if (!condition) {
      throw new AssertionError();
    }
  }
}
