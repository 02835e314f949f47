package io.mman;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.mman.testing.ChildJvm;
import java.lang.management.ManagementFactory;
import java.util.Map;
import javax.management.JMX;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** The bean counts every region, and is there as soon as there is one. */
@Isolated
class MappedRegionsBeanTest {
  private static final long PAGE = Mman.pageSize();

  @Test
  void countsRegionsAndTheirBytes() throws Exception {
    Mapping.anonymous(1).mapConfined().close(); // the first one registers the bean
    MappedRegionsMXBean bean = bean();
    long maps = bean.getMaps();
    long unmaps = bean.getUnmaps();
    long live = bean.getLiveRegions();
    Map<String, Long> before = bean.getBytesByKind();
    try (NativeFile file = NativeFile.memory("counted", 10 * PAGE);
        MappedRegion anonymous = Mapping.anonymous(5000).mapShared();
        MappedRegion shared = Mapping.file(file).mapShared();
        MappedRegion copy = Mapping.file(file).copyOnWrite().range(1, 7).mapConfined()) {
      assertEquals(3, bean.getMaps() - maps);
      assertEquals(3, bean.getLiveRegions() - live);
      assertEquals(5000, more(bean, before, "ANONYMOUS_PRIVATE"));
      assertEquals(10 * PAGE, more(bean, before, "FILE_SHARED"));
      assertEquals(copy.size(), more(bean, before, "FILE_PRIVATE"));
      assertEquals(0, more(bean, before, "ANONYMOUS_SHARED"));

      anonymous.resize(100);
      assertEquals(100, more(bean, before, "ANONYMOUS_PRIVATE"));
      MappedRegion rest = shared.split(4 * PAGE);
      assertEquals(10 * PAGE, more(bean, before, "FILE_SHARED"));
      assertEquals(4, bean.getLiveRegions() - live);
      shared.join(rest);
      assertEquals(10 * PAGE, more(bean, before, "FILE_SHARED"));
      assertEquals(3, bean.getLiveRegions() - live);
    }
    assertEquals(before, bean.getBytesByKind());
    assertEquals(live, bean.getLiveRegions());
    assertEquals(3, bean.getUnmaps() - unmaps);
  }

  @Test
  void isThereRightAfterTheFirstMap() {
    assertEquals("1", ChildJvm.of(FirstMap.class).run().success().strip());
  }

  @Test
  void staysAwayWhereItIsNotWanted() {
    ChildJvm child = ChildJvm.of(FirstMap.class).options("-Dio.mman.jmx=false");
    assertEquals("none", child.run().success().strip());
  }

  /** Maps, and asks for the bean at once. */
  static final class FirstMap {
    private FirstMap() {}

    public static void main(String... args) throws Exception {
      try (MappedRegion region = Mapping.anonymous(1).mapConfined()) {
        MBeanServer server = ManagementFactory.getPlatformMBeanServer();
        boolean there = server.isRegistered(name());
        System.out.println(there ? bean().getLiveRegions() : region.size() == 1 ? "none" : "?");
      }
    }
  }

  private static long more(MappedRegionsMXBean bean, Map<String, Long> before, String kind) {
    return bean.getBytesByKind().get(kind) - before.get(kind);
  }

  private static MappedRegionsMXBean bean() throws Exception {
    return JMX.newMXBeanProxy(
        ManagementFactory.getPlatformMBeanServer(), name(), MappedRegionsMXBean.class);
  }

  private static ObjectName name() throws Exception {
    return new ObjectName("io.mman:type=MappedRegions");
  }
}
