package io.mman;

import io.mman.internal.region.BeanRegistration;
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
   * @throws IllegalStateException if the bean server cannot be started or refuses the bean
   */
  static void register() {
    BeanRegistration.register();
  }

  /**
   * Returns the number of regions that are mapped. A region that borrows its lifetime counts until
   * its arena is closed. A sealed region does not count once it is closed, although its pages stay
   * mapped.
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
   * Returns the number of regions that {@link Mapping} has mapped since the JVM started. It does
   * not include regions that {@link MappedRegion#split} has returned.
   *
   * @return a number that never decreases
   */
  long getMaps();

  /**
   * Returns the number of regions that have been unmapped since the JVM started. It includes
   * regions that {@link MappedRegion#split} has returned, but not those joined to another.
   *
   * @return a number that never decreases
   */
  long getUnmaps();

  /**
   * Returns the number of pages that regions have lost to bus errors since the JVM started. A loss
   * is included once a method of the region has noticed it; {@link MappedRegion#requireIntact}
   * lists these methods.
   *
   * @return a number that never decreases
   */
  long getLostPages();
}
