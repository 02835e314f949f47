package io.mman.stalls;

import io.mman.MappedRegion;
import io.mman.Mapping;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;

/** Calls in a JVM that can start no thread any more. */
final class WithoutThreads {
  private static final int MANY = 10_000;

  private WithoutThreads() {}

  public static void main(String... args) throws Exception {
    CountDownLatch exhausted = new CountDownLatch(1);
    AtomicBoolean synced = new AtomicBoolean();
    try (MappedRegion region = Mapping.anonymous(1).mapShared()) {
      Thread virtual =
          Thread.ofVirtual()
              .start( // while its carrier can be started
                  () -> {
                    await(exhausted);
                    region.sync();
                    region.populate();
                    synced.set(true);
                  });
      exhaust();
      String outcome = "no failure";
      try {
        region.syncAsync();
      } catch (OutOfMemoryError e) {
        outcome = "fails at once";
      }
      exhausted.countDown();
      virtual.join();
      System.out.println("syncAsync: " + outcome);
    } // close does not wait for the call that could not begin
    System.out.println("sync: " + synced.get());
    Runtime.getRuntime().halt(0);
  }

  private static void exhaust() {
    try {
      for (int i = 0; i < MANY; i++) {
        Thread.ofPlatform().daemon().start(() -> await(new CountDownLatch(1)));
      }
      throw new AssertionError("there are too many threads");
    } catch (OutOfMemoryError e) {
      // as intended
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
