package io.mman;

import java.lang.management.ManagementFactory;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.management.JMException;
import javax.management.ObjectName;

/**
 * Registers the bean of all regions once, in a thread of its own: the platform's bean server takes
 * longer to start than a first map may.
 */
final class Registration {
  private static final String NAME = "io.mman:type=MappedRegions";
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
                register(holding);
              }
            },
            "mman-jmx");
    thread.setDaemon(true);
    thread.start();
    try {
      holding.await(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Registers while it keeps others from the platform's bean server, so that whoever asks for the
   * server after mapping a region finds the bean in it.
   */
  @SuppressWarnings("LockOnNonEnclosingClassLiteral") // the lock of getPlatformMBeanServer
  private static void register(CountDownLatch holding) {
    synchronized (ManagementFactory.class) {
      holding.countDown();
      try {
        ManagementFactory.getPlatformMBeanServer()
            .registerMBean(new Figures(), new ObjectName(NAME));
      } catch (JMException | SecurityException e) {
        // Another copy of the library, in another class loader, was first.
      }
    }
  }

  /** Reads the counters. */
  private static final class Figures implements MappedRegionsMXBean {
    @Override
    public long getLiveRegions() {
      return Tally.live();
    }

    @Override
    public Map<String, Long> getBytesByKind() {
      Map<String, Long> bytes = new TreeMap<>();
      for (Backing.Kind kind : Backing.Kind.values()) {
        if (kind != Backing.Kind.UNKNOWN) {
          bytes.put(kind.name(), Tally.bytes(kind));
        }
      }
      return bytes;
    }

    @Override
    public long getMaps() {
      return Tally.maps();
    }

    @Override
    public long getUnmaps() {
      return Tally.unmaps();
    }
  }
}
