package io.mman.internal.region;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.testing.Elsewhere;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CallLockTest {
  private final CallLock lock = new CallLock();
  private final List<String> order = Collections.synchronizedList(new ArrayList<>());

  private Elsewhere startCall(CallLock on, String name) {
    return Elsewhere.start(
        () -> {
          on.beginCall();
          order.add(name);
          on.endCall();
        });
  }

  private Elsewhere startChange(CallLock on, String name) {
    return Elsewhere.start(
        () -> {
          on.beginChange();
          order.add(name);
          on.endChange();
        });
  }

  @Test
  void callsDoNotExcludeEachOther() throws Throwable {
    lock.beginCall();
    startCall(lock, "other").join();
    assertEquals(1, lock.callsInFlight());
    lock.endCall();
    assertEquals(0, lock.callsInFlight());
  }

  @Test
  void aChangeWaitsForTheCallsInFlightOnly() throws Throwable {
    lock.beginCall();
    Elsewhere change = startChange(lock, "change").awaitWaiting();
    Elsewhere late = startCall(lock, "late call").awaitWaiting();
    lock.endCall();
    change.join();
    late.join();
    assertEquals(List.of("change", "late call"), order);
  }

  @Test
  void threadsThatWaitGoOnInTheOrderOfTheirArrival() throws Throwable {
    lock.beginChange();
    List<Elsewhere> waiting = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      waiting.add(startCall(lock, "call " + i).awaitWaiting());
      waiting.add(startChange(lock, "change " + i).awaitWaiting());
    }
    lock.endChange();
    for (Elsewhere thread : waiting) {
      thread.join();
    }
    assertEquals(List.of("call 0", "change 0", "call 1", "change 1", "call 2", "change 2"), order);
  }

  @Test
  void anInterruptNeitherEndsAWaitNorIsLost() throws Throwable {
    lock.beginChange();
    AtomicBoolean interrupted = new AtomicBoolean();
    Elsewhere call =
        Elsewhere.start(
                () -> {
                  lock.beginCall();
                  interrupted.set(Thread.interrupted());
                  lock.endCall();
                })
            .awaitWaiting();
    call.thread.interrupt();
    Elsewhere change = startChange(lock, "change").awaitWaiting();
    assertEquals(0, lock.callsInFlight());
    lock.endChange();
    call.join();
    change.join();
    assertTrue(interrupted.get());
  }

  @Test
  void aCallOfTheThreadThatMakesAChangeIsRefused() {
    lock.beginChange();
    assertThrows(IllegalStateException.class, lock::beginCall);
    assertThrows(IllegalStateException.class, lock::beginChange);
    lock.endChange();
    lock.beginCall();
    lock.endCall();
    assertEquals(0, lock.callsInFlight());
  }

  /** Each of the threads holds one lock for a change and then calls on the next one's. */
  private void assertEnds(int threads, boolean change) throws Throwable {
    List<CallLock> locks = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      locks.add(new CallLock());
      locks.get(i).beginCall(); // keeps all of them waiting
    }
    AtomicInteger refused = new AtomicInteger();
    AtomicInteger held = new AtomicInteger();
    List<Elsewhere> all = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      CallLock own = locks.get(i);
      CallLock other = locks.get((i + 1) % threads);
      all.add(
          Elsewhere.start(() -> holdBoth(own, other, change, threads, held, refused))
              .awaitWaiting());
    }
    locks.forEach(CallLock::endCall);
    for (Elsewhere thread : all) {
      thread.join();
    }
    assertTrue(refused.get() >= 1);
    for (CallLock each : locks) {
      each.beginChange();
      each.endChange();
    }
  }

  private static void holdBoth(
      CallLock own,
      CallLock other,
      boolean change,
      int threads,
      AtomicInteger held,
      AtomicInteger refused) {
    own.beginChange();
    try {
      held.incrementAndGet();
      while (held.get() < threads) {
        Thread.onSpinWait();
      }
      if (change) {
        other.beginChange();
        other.endChange();
      } else {
        other.beginCall();
        other.endCall();
      }
    } catch (IllegalStateException e) {
      refused.incrementAndGet();
    } finally {
      own.endChange();
    }
  }

  @Test
  void changesThatWaitForEachOtherEnd() throws Throwable {
    for (int round = 0; round < 50; round++) {
      assertEnds(2, false);
      assertEnds(2, true);
      assertEnds(3, round % 2 == 0);
    }
  }

  /** Runs calls without a pause until a number of changes have been made. */
  private void assertChangesGetThrough(int callers, ThreadFactory factory) throws Throwable {
    CountDownLatch allStarted = new CountDownLatch(1);
    AtomicBoolean done = new AtomicBoolean();
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger overlapping = new AtomicInteger();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < callers; i++) {
      Thread thread = factory.newThread(() -> callUntil(done, allStarted, inside));
      threads.add(thread);
      thread.start();
    }
    allStarted.countDown();
    for (int i = 0; i < 20; i++) {
      lock.beginChange();
      overlapping.addAndGet(inside.get());
      lock.endChange();
    }
    done.set(true);
    for (Thread thread : threads) {
      thread.join();
    }
    assertEquals(0, overlapping.get());
    assertEquals(0, lock.callsInFlight());
  }

  private void callUntil(AtomicBoolean done, CountDownLatch allStarted, AtomicInteger inside) {
    awaitQuietly(allStarted);
    while (!done.get()) {
      lock.beginCall();
      inside.incrementAndGet();
      for (int spin = 0; spin < 100; spin++) {
        Thread.onSpinWait();
      }
      inside.decrementAndGet();
      lock.endCall();
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void changesGetThroughBetweenCallsWithoutAPause() throws Throwable {
    assertChangesGetThrough(1, Thread.ofPlatform().factory());
    assertChangesGetThrough(16, Thread.ofPlatform().factory());
    assertChangesGetThrough(200, Thread.ofPlatform().factory());
  }

  @Test
  void changesGetThroughBetweenCallsOfVirtualThreads() throws Throwable {
    assertChangesGetThrough(10_000, Thread.ofVirtual().factory());
  }

  /** A future whose completion takes long. */
  private static final class Slow extends CompletableFuture<Void> {
    private final CountDownLatch release = new CountDownLatch(1);

    @Override
    public boolean complete(Void value) {
      try {
        release.await();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
      return super.complete(value);
    }
  }

  /** The call has ended before, so that an action that depends on the future may make a change. */
  @Test
  void aChangeWaitsUntilTheFutureOfACallIsComplete() throws Throwable {
    CallLock lock = new CallLock();
    Slow future = new Slow();
    lock.beginCall();
    Elsewhere caller = Elsewhere.start(() -> lock.endCall(future, null)).awaitIn("complete");
    Elsewhere changer = Elsewhere.start(lock::beginChange).awaitIn("awaitCompletion");
    assertEquals(0, lock.callsInFlight());
    future.release.countDown();
    changer.join();
    caller.join();
  }
}
