package io.mman;

import io.mman.internal.region.RegionsBean;
import java.util.Map;

/**
 * Figures of all regions of this JVM, which the JDK's {@code BufferPoolMXBean} does not count. The
 * bean is registered as {@code io.mman:type=MappedRegions} only on request: by {@link #register},
 * or at the first mapping if the system property {@code io.mman.jmx} is {@code true}. Regions that
 * wrap a mapping made elsewhere ({@link MappedRegion#of}) are not counted.
 */
public interface MappedRegionsMXBean {
  /**
   * Registers the bean with the platform's bean server. Registering it again has no effect. It may
   * be called from any thread; the first call starts the bean server, which takes some 100
   * milliseconds.
   *
   * @throws UnsupportedOperationException if the module {@code java.management} is absent
   * @throws IllegalStateException if the bean server refuses the bean
   */
  static void register() {
    RegionsBean.register();
  }

  /**
   * Returns the number of regions that are mapped.
   *
   * @return the number of regions
   */
  long getLiveRegions();

  /**
   * Returns the number of bytes that are mapped, by what they are mapped from.
   *
   * @return bytes by {@code ANONYMOUS_PRIVATE}, {@code ANONYMOUS_SHARED}, {@code FILE_PRIVATE} and
   *     {@code FILE_SHARED}
   */
  Map<String, Long> getBytesByKind();

  /**
   * Returns the number of regions that have been mapped since the JVM started.
   *
   * @return a number that never decreases
   */
  long getMaps();

  /**
   * Returns the number of regions that have been unmapped since the JVM started.
   *
   * @return a number that never decreases
   */
  long getUnmaps();
}
