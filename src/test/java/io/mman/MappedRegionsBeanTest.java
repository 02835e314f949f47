package io.mman;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.testing.ChildJvm;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import javax.management.Attribute;
import javax.management.AttributeNotFoundException;
import javax.management.JMX;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanInfo;
import javax.management.MBeanServer;
import javax.management.MBeanServerFactory;
import javax.management.ObjectName;
import javax.management.ReflectionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** The bean counts every region, and is registered only on request. */
@Isolated
class MappedRegionsBeanTest {
  private static final long PAGE = Mman.pageSize();

  @Test
  void countsRegionsAndTheirBytes() throws Exception {
    MappedRegionsMXBean.register();
    MappedRegionsMXBean.register(); // has no effect
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
      assertEquals(3, bean.getMaps() - maps);
      shared.join(rest);
      assertEquals(10 * PAGE, more(bean, before, "FILE_SHARED"));
      assertEquals(3, bean.getLiveRegions() - live);
    }
    assertEquals(before, bean.getBytesByKind());
    assertEquals(live, bean.getLiveRegions());
    assertEquals(3, bean.getUnmaps() - unmaps);
  }

  @Test
  void countsBothHalvesOfAMirroredRegionAsOneRegion() throws Exception {
    MappedRegionsMXBean.register();
    MappedRegionsMXBean bean = bean();
    long maps = bean.getMaps();
    long live = bean.getLiveRegions();
    Map<String, Long> before = bean.getBytesByKind();
    try (NativeFile file = NativeFile.memory("counted", 2 * PAGE)) {
      MappedRegion ring = Mapping.file(file).mirrored().mapConfined();
      assertEquals(1, bean.getMaps() - maps);
      assertEquals(1, bean.getLiveRegions() - live);
      assertEquals(4 * PAGE, more(bean, before, "FILE_SHARED"));
      assertThrows(UnsupportedOperationException.class, () -> ring.resize(2 * PAGE));
      assertThrows(UnsupportedOperationException.class, () -> ring.split(2 * PAGE));
      assertEquals(4 * PAGE, more(bean, before, "FILE_SHARED"));
      ring.close();
      assertEquals(before, bean.getBytesByKind());
      assertEquals(live, bean.getLiveRegions());
    }
  }

  /** The interface has a static method, which JMX would show as an operation. */
  @Test
  void hasAttributesAndNoOperations() throws Exception {
    MappedRegionsMXBean.register();
    MBeanServer server = ManagementFactory.getPlatformMBeanServer();
    MBeanInfo info = server.getMBeanInfo(name());
    assertEquals(0, info.getOperations().length);
    assertEquals(
        Set.of("LiveRegions", "BytesByKind", "Maps", "Unmaps", "LostPages"),
        Arrays.stream(info.getAttributes())
            .map(MBeanAttributeInfo::getName)
            .collect(Collectors.toSet()));
    assertEquals(2, server.getAttributes(name(), new String[] {"Maps", "no", "Unmaps"}).size());
    assertTrue(server.isInstanceOf(name(), MappedRegionsMXBean.class.getName()));
    assertThrows(AttributeNotFoundException.class, () -> server.getAttribute(name(), "Something"));
    assertThrows(ReflectionException.class, () -> server.invoke(name(), "register", null, null));
    Attribute maps = new Attribute("Maps", 1L);
    assertThrows(AttributeNotFoundException.class, () -> server.setAttribute(name(), maps));
  }

  @Test
  void aMappingWorksWhereTheBeanServerCannotStart() {
    ChildJvm child =
        ChildJvm.of(Quiet.class)
            .options("-Dio.mman.jmx=true", "-Djavax.management.builder.initial=no.such.Builder");
    assertEquals(List.of("[] none"), child.run().lines());
  }

  @Test
  void isRegisteredOnlyOnRequest() {
    assertEquals(List.of("false", "false", "true"), ChildJvm.of(FirstMap.class).run().lines());
  }

  @Test
  void thePropertyRegistersItAtTheFirstMapping() {
    ChildJvm child = ChildJvm.of(FirstMap.class).options("-Dio.mman.jmx=true");
    assertEquals(List.of("false", "true", "true"), child.run().lines());
  }

  @Test
  void noMappingStartsAThreadOrABeanServer() {
    assertEquals(List.of("[] none"), ChildJvm.of(Quiet.class).run().lines());
  }

  /** Prints whether the bean is registered: at first, after a mapping, and after asking for it. */
  static final class FirstMap {
    private FirstMap() {}

    public static void main(String... args) throws Exception {
      MBeanServer server = ManagementFactory.getPlatformMBeanServer();
      System.out.println(server.isRegistered(name()));
      try (MappedRegion region = Mapping.anonymous(1).mapConfined()) {
        System.out.println(server.isRegistered(name()));
        MappedRegionsMXBean.register();
        System.out.println(server.isRegistered(name()) && bean().getLiveRegions() == region.size());
      }
    }
  }

  /** Prints the threads that a mapping starts, and whether JMX is loaded. */
  static final class Quiet {
    private Quiet() {}

    public static void main(String... args) throws Exception {
      Set<Thread> before = Thread.getAllStackTraces().keySet();
      Mapping.anonymous(1).mapShared().close();
      Set<Thread> started = new HashSet<>(Thread.getAllStackTraces().keySet());
      started.removeAll(before);
      boolean hasServer = !MBeanServerFactory.findMBeanServer(null).isEmpty();
      System.out.println(started + (hasServer ? " server" : " none"));
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
