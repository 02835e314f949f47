package io.mman;

import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a region where it is and as it is, for code that works on the raw address. While a pin is
 * open, what would revoke the region's views throws {@link IllegalStateException}: {@link
 * MappedRegion#close}, {@link MappedRegion#protect} to fewer rights, {@link MappedRegion#resize}
 * that moves or shrinks, {@link MappedRegion#split}, {@link MappedRegion#join}, and the last {@link
 * RegionGroup#close}. It cannot keep any other arena open.
 *
 * {@snippet class="io.mman.examples.Snippets" region="pin"}
 *
 * <p>May be used and closed by any thread.
 */
public final class Pin implements AutoCloseable {
  private final @Nullable Ground ground;
  private final long address;
  private final AtomicBoolean closed = new AtomicBoolean();

  Pin(@Nullable Ground ground, long address) {
    this.ground = ground;
    this.address = address;
  }

  /**
   * Returns the address of the region's first byte. Nothing checks what is done with it.
   *
   * @return the address
   * @throws IllegalStateException if the pin is closed
   */
  public long address() {
    if (closed.get()) {
      throw new IllegalStateException("the pin is closed");
    }
    return address;
  }

  /** Lets the region change again. A second time does nothing. */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true) && ground != null) {
      ground.unpin();
    }
  }
}
