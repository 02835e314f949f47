package io.mman.ipc;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.testing.Tasks;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** Virtual threads wait for a word, and others go on. */
final class FutexWaiters {
  private static final VarHandle INTS = JAVA_INT.varHandle();
  private static final Duration LONG = Duration.ofSeconds(50);

  private FutexWaiters() {}

  /** Takes the path of a new file. */
  public static void main(String... args) throws Exception {
    try (MappedRegion region = Mapping.file(Path.of(args[0])).create(4096).mapShared()) {
      wakeAll(region, 20);
      wakeAll(region, 1100); // more than get a thread to sleep for them
      interrupt(region);
    }
  }

  private static void wakeAll(MappedRegion region, int count) throws InterruptedException {
    INTS.setRelease(region.segment(), 0L, 0);
    Futex word = Futex.at(region, 0);
    CountDownLatch started = new CountDownLatch(count);
    AtomicInteger woken = new AtomicInteger();
    List<Thread> waiters = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      waiters.add(Thread.startVirtualThread(() -> await(word, started, woken)));
    }
    started.await();
    Thread.startVirtualThread(
            () -> {
              region.sync(); // made by one of the few threads for calls that block
              check(woken.get() == 0);
              INTS.setRelease(region.segment(), 0L, 1);
              word.wakeAll();
            })
        .join();
    for (Thread waiter : waiters) {
      waiter.join();
    }
    check(woken.get() == count);
    System.out.println(count + " waiters: synced meanwhile, all woken");
  }

  private static void await(Futex word, CountDownLatch started, AtomicInteger woken) {
    started.countDown();
    try {
      if (word.await(0, LONG)) {
        woken.incrementAndGet();
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static void interrupt(MappedRegion region) throws InterruptedException {
    INTS.setRelease(region.segment(), 0L, 0);
    Futex word = Futex.at(region, 0);
    Thread waiter =
        Thread.startVirtualThread(
            () -> {
              boolean interrupted = false;
              try {
                word.await(0, LONG);
              } catch (InterruptedException e) {
                interrupted = true;
              }
              boolean kept = Thread.currentThread().isInterrupted();
              System.out.println("interrupted: " + interrupted + ", status kept: " + kept);
            });
    Tasks.awaitCallWith(region.segment().address());
    waiter.interrupt();
    waiter.join();
  }

  private static void check(boolean condition) {
    if (!condition) {
      throw new AssertionError();
    }
  }
}
