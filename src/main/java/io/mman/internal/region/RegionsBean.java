package io.mman.internal.region;

import io.mman.MappedRegionsMXBean;
import java.lang.management.ManagementFactory;
import java.util.Map;
import java.util.TreeMap;
import javax.management.InstanceAlreadyExistsException;
import javax.management.JMException;
import javax.management.ObjectName;

/** The MXBean of all regions. */
public final class RegionsBean implements MappedRegionsMXBean {
  private static final String NAME = "io.mman:type=MappedRegions";

  private RegionsBean() {}

  /**
   * Registers the bean with the platform's bean server, unless it is registered already.
   *
   * @throws UnsupportedOperationException if the module {@code java.management} is absent
   */
  public static void register() {
    Module self = RegionsBean.class.getModule();
    if (ModuleLayer.boot().findModule("java.management").filter(self::canRead).isEmpty()) {
      throw new UnsupportedOperationException("the module java.management is absent");
    }
    Server.add(new RegionsBean());
  }

  /** Refers to JMX, which must not be loaded where its module is absent. */
  private static final class Server {
    static void add(RegionsBean bean) {
      try {
        ManagementFactory.getPlatformMBeanServer().registerMBean(bean, new ObjectName(NAME));
      } catch (InstanceAlreadyExistsException registered) {
        // By an earlier call, or by another copy of the library in another class loader.
      } catch (JMException e) {
        throw new IllegalStateException("cannot register " + NAME, e);
      }
    }
  }

  @Override
  public long getLiveRegions() {
    return RegionCounters.live();
  }

  @Override
  public Map<String, Long> getBytesByKind() {
    Map<String, Long> bytes = new TreeMap<>();
    for (Backing.Kind kind : Backing.Kind.values()) {
      if (kind != Backing.Kind.UNKNOWN) {
        bytes.put(kind.name(), RegionCounters.bytes(kind));
      }
    }
    return bytes;
  }

  @Override
  public long getMaps() {
    return RegionCounters.maps();
  }

  @Override
  public long getUnmaps() {
    return RegionCounters.unmaps();
  }
}
