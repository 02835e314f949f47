package io.mman;

import io.mman.internal.region.RegionPin;

/**
 * Keeps a region in its place and in its state, for code that works on the raw address. While a pin
 * is open, any operation that would revoke the region's views throws {@link IllegalStateException}:
 * {@link MappedRegion#close} of a region that owns its lifetime, {@link MappedRegion#protect} if
 * the new protection forbids what the old one allows, {@link MappedRegion#resize} if it moves or
 * shrinks the region, {@link MappedRegion#split}, {@link MappedRegion#join}, and the last {@link
 * RegionGroup#close}. A pin cannot keep any other arena open.
 *
 * {@snippet class="io.mman.examples.Snippets" region="pin"}
 *
 * <p>A pin may be used and closed by any thread.
 */
public final class Pin implements AutoCloseable {
  private final RegionPin pin;

  Pin(RegionPin pin) {
    this.pin = pin;
  }

  /**
   * Returns the address of the region's first byte. Nothing checks how the address is used.
   *
   * @return the address
   * @throws IllegalStateException if the pin is closed
   */
  public long address() {
    return pin.address();
  }

  /** Lets the region change again. Closing the pin a second time has no effect. */
  @Override
  public void close() {
    pin.close();
  }
}
