package io.mman;

import java.lang.management.ManagementFactory;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import javax.management.JMException;
import javax.management.ObjectName;

/** The bean of all regions. Loaded only where the module {@code java.management} is there. */
final class RegionsBean implements MappedRegionsMXBean {
  private static final String NAME = "io.mman:type=MappedRegions";

  /**
   * Registers while it keeps others from the platform's bean server, so that whoever asks for the
   * server after mapping a region finds the bean in it.
   */
  @SuppressWarnings("LockOnNonEnclosingClassLiteral") // the lock of getPlatformMBeanServer
  static void register(CountDownLatch holding) {
    synchronized (ManagementFactory.class) {
      holding.countDown();
      try {
        ManagementFactory.getPlatformMBeanServer()
            .registerMBean(new RegionsBean(), new ObjectName(NAME));
      } catch (JMException | SecurityException e) {
        // Another copy of the library, in another class loader, was first.
      }
    }
  }

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
