package io.mman.internal.region;

import java.lang.management.ManagementFactory;
import javax.management.Attribute;
import javax.management.AttributeList;
import javax.management.AttributeNotFoundException;
import javax.management.DynamicMBean;
import javax.management.ImmutableDescriptor;
import javax.management.InstanceAlreadyExistsException;
import javax.management.JMException;
import javax.management.MBeanInfo;
import javax.management.ObjectName;
import javax.management.ReflectionException;
import javax.management.openmbean.CompositeDataSupport;
import javax.management.openmbean.CompositeType;
import javax.management.openmbean.OpenDataException;
import javax.management.openmbean.OpenMBeanAttributeInfo;
import javax.management.openmbean.OpenMBeanAttributeInfoSupport;
import javax.management.openmbean.OpenMBeanInfoSupport;
import javax.management.openmbean.OpenType;
import javax.management.openmbean.SimpleType;
import javax.management.openmbean.TabularData;
import javax.management.openmbean.TabularDataSupport;
import javax.management.openmbean.TabularType;

/**
 * The bean of all regions, as {@code io.mman.MappedRegionsMXBean} describes it. It is written by
 * hand because JMX would take the static method of that interface for an operation of the bean.
 * Loaded only where the module {@code java.management} is present.
 */
final class RegionsBean implements DynamicMBean {
  private static final String NAME = "io.mman:type=MappedRegions";
  private static final String TYPE = "io.mman.MappedRegionsMXBean";
  private static final String MAP = "java.util.Map<java.lang.String, java.lang.Long>";
  private static final String[] ITEMS = {"key", "value"};

  private final CompositeType row;
  private final TabularType table;

  private RegionsBean() throws OpenDataException {
    row =
        new CompositeType(
            MAP, MAP, ITEMS, ITEMS, new OpenType<?>[] {SimpleType.STRING, SimpleType.LONG});
    table = new TabularType(MAP, MAP, row, new String[] {ITEMS[0]});
  }

  /** Registers a bean with the platform's bean server, unless one is registered already. */
  static void register() {
    try {
      ManagementFactory.getPlatformMBeanServer()
          .registerMBean(new RegionsBean(), new ObjectName(NAME));
    } catch (InstanceAlreadyExistsException registered) {
      // By an earlier call, or by another copy of the library in another class loader.
    } catch (JMException | RuntimeException e) {
      throw new IllegalStateException("cannot register " + NAME, e);
    }
  }

  @Override
  public Object getAttribute(String name) throws AttributeNotFoundException, ReflectionException {
    return switch (name) {
      case "LiveRegions" -> RegionCounters.live();
      case "Maps" -> RegionCounters.maps();
      case "Unmaps" -> RegionCounters.unmaps();
      case "LostPages" -> RegionCounters.lostPages();
      case "BytesByKind" -> bytesByKind();
      default -> throw new AttributeNotFoundException(name);
    };
  }

  private TabularData bytesByKind() throws ReflectionException {
    TabularData bytes = new TabularDataSupport(table);
    try {
      for (Backing.Kind kind : Backing.Kind.values()) {
        if (kind != Backing.Kind.UNKNOWN) {
          Object[] values = {kind.name(), RegionCounters.bytes(kind)};
          bytes.put(new CompositeDataSupport(row, ITEMS, values));
        }
      }
    } catch (OpenDataException e) {
      throw new ReflectionException(e);
    }
    return bytes;
  }

  @Override
  public AttributeList getAttributes(String[] names) {
    AttributeList attributes = new AttributeList();
    for (String name : names) {
      try {
        attributes.add(new Attribute(name, getAttribute(name)));
      } catch (JMException unknown) {
        // Left out, as the method specifies.
      }
    }
    return attributes;
  }

  @Override
  public MBeanInfo getMBeanInfo() {
    OpenMBeanAttributeInfo[] attributes = {
      attribute("LiveRegions", "the number of regions that are mapped", SimpleType.LONG),
      attribute("BytesByKind", "the bytes that are mapped, by what they are mapped from", table),
      attribute("Maps", "the number of regions that have been mapped", SimpleType.LONG),
      attribute("Unmaps", "the number of regions that have been unmapped", SimpleType.LONG),
      attribute("LostPages", "the number of pages lost to bus errors", SimpleType.LONG)
    };
    return new OpenMBeanInfoSupport(
        TYPE,
        "Figures of all regions of this JVM",
        attributes,
        null,
        null,
        null,
        new ImmutableDescriptor("mxbean=true", "interfaceClassName=" + TYPE));
  }

  private static OpenMBeanAttributeInfo attribute(String name, String what, OpenType<?> type) {
    return new OpenMBeanAttributeInfoSupport(name, what, type, true, false, false);
  }

  @Override
  public void setAttribute(Attribute attribute) throws AttributeNotFoundException {
    throw new AttributeNotFoundException(attribute.getName() + " cannot be set");
  }

  @Override
  public AttributeList setAttributes(AttributeList attributes) {
    return new AttributeList();
  }

  @Override
  public Object invoke(String name, Object[] arguments, String[] types) throws ReflectionException {
    throw new ReflectionException(new NoSuchMethodException(name));
  }
}
