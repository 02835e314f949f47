package io.mman;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Threads that call without a pause do not hold off a change or the end of a region. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MappedRegionBusyTest {
  private static final long BYTES = 1 << 20;

  /** Threads that read a region until it is closed. */
  private static final class Readers {
    private final CountDownLatch start = new CountDownLatch(1);
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    Readers(MappedRegion region, int count, int bytes, ThreadFactory factory) {
      for (int i = 0; i < count; i++) {
        Thread thread = factory.newThread(() -> read(region, bytes));
        threads.add(thread);
        thread.start();
      }
    }

    private void read(MappedRegion region, int bytes) {
      try {
        start.await();
        MemorySegment target = MemorySegment.ofArray(new byte[bytes]);
        while (region.isAlive()) {
          region.read(0, target);
        }
      } catch (IllegalStateException closed) {
        // what a call on a closed region throws
      } catch (Throwable e) {
        failure.set(e);
      }
    }

    void begin() {
      start.countDown();
    }

    void assertEnded() throws InterruptedException {
      for (Thread thread : threads) {
        thread.join();
      }
      assertNull(failure.get());
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 4096", "4, 1048576", "16, 1", "200, 1"})
  void changesGetThrough(int count, int bytes) throws Throwable {
    MappedRegion region = Mapping.anonymous(2 * BYTES).mapShared();
    Readers readers = new Readers(region, count, bytes, Thread.ofPlatform().factory());
    readers.begin();
    for (int i = 0; i < 10; i++) {
      region.protect(Protection.READ);
      region.protect(Protection.READ_WRITE);
      region.split(BYTES).close();
      region.resize(2 * BYTES);
    }
    region.close();
    assertFalse(region.isAlive());
    readers.assertEnded();
  }

  @ParameterizedTest
  @CsvSource({"4, 1048576", "16, 1", "200, 1"})
  void aGroupCloses(int count, int bytes) throws Throwable {
    RegionGroup group = RegionGroup.open();
    MappedRegion region = Mapping.anonymous(2 * BYTES).map(group);
    Readers readers = new Readers(region, count, bytes, Thread.ofPlatform().factory());
    readers.begin();
    group.close();
    assertFalse(region.isAlive());
    readers.assertEnded();
  }

  @Test
  void changesGetThroughAmongVirtualThreads() throws Throwable {
    MappedRegion region = Mapping.anonymous(2 * BYTES).mapShared();
    Readers readers = new Readers(region, 10_000, 1, Thread.ofVirtual().factory());
    readers.begin();
    for (int i = 0; i < 10; i++) {
      region.protect(Protection.READ);
      region.protect(Protection.READ_WRITE);
    }
    region.close();
    readers.assertEnded();
  }
}
