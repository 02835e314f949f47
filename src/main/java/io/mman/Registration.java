package io.mman;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Registers the bean of all regions once, in a thread of its own: the platform's bean server takes
 * longer to start than a first map may.
 */
final class Registration {
  private static final String SWITCH = "io.mman.jmx";
  private static final long PATIENCE_MILLIS = 100;
  private static final AtomicBoolean STARTED = new AtomicBoolean(!isWanted());

  private Registration() {}

  private static boolean isWanted() {
    Module self = Registration.class.getModule();
    return !"false".equals(System.getProperty(SWITCH))
        && ModuleLayer.boot().findModule("java.management").filter(self::canRead).isPresent();
  }

  static void begin() {
    if (STARTED.get() || !STARTED.compareAndSet(false, true)) {
      return;
    }
    CountDownLatch holding = new CountDownLatch(1);
    Thread thread =
        new Thread(
            new Runnable() {
              @Override
              public void run() {
                RegionsBean.register(holding);
              }
            },
            "mman-jmx");
    thread.setDaemon(true);
    try {
      thread.start();
      holding.await(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
    } catch (OutOfMemoryError e) {
      // No thread to be had: mapping is more important than being counted.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
