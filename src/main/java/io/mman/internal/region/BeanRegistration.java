package io.mman.internal.region;

/** Registers the bean of all regions where JMX is present, which a program may do without. */
public final class BeanRegistration {
  private BeanRegistration() {}

  /**
   * Registers the bean with the platform's bean server, unless it is registered already.
   *
   * @throws UnsupportedOperationException if the module {@code java.management} is absent
   * @throws IllegalStateException if the bean server cannot be started or refuses the bean
   */
  public static void register() {
    Module self = BeanRegistration.class.getModule();
    if (ModuleLayer.boot().findModule("java.management").filter(self::canRead).isEmpty()) {
      throw new UnsupportedOperationException("the module java.management is absent");
    }
    RegionsBean.register();
  }
}
