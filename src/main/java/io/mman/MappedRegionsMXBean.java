package io.mman;

import java.util.Map;

/**
 * Figures of all regions of this JVM, which the JDK's {@code BufferPoolMXBean} does not count. The
 * bean is registered as {@code io.mman:type=MappedRegions} soon after the first region is mapped,
 * unless the system property {@code io.mman.jmx} is {@code false} or the module {@code
 * java.management} is absent. Looks at somebody else's mapping do not count.
 */
public interface MappedRegionsMXBean {
  /**
   * Returns how many regions are mapped.
   *
   * @return the number of regions that are not closed
   */
  long getLiveRegions();

  /**
   * Returns how many bytes are mapped, by what is behind them.
   *
   * @return bytes by {@code ANONYMOUS_PRIVATE}, {@code ANONYMOUS_SHARED}, {@code FILE_PRIVATE} and
   *     {@code FILE_SHARED}
   */
  Map<String, Long> getBytesByKind();

  /**
   * Returns how many regions have been mapped so far.
   *
   * @return a number that only grows
   */
  long getMaps();

  /**
   * Returns how many regions have been unmapped so far.
   *
   * @return a number that only grows
   */
  long getUnmaps();
}
