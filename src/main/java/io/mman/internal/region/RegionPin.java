package io.mman.internal.region;

import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Keeps a region from revoking its views until it is closed. {@link io.mman.Pin} is its face. */
public final class RegionPin {
  private final @Nullable RegionResources resources;
  private final long address;
  private final AtomicBoolean closed = new AtomicBoolean();

  RegionPin(@Nullable RegionResources resources, long address) {
    if (resources != null) {
      resources.pin();
    }
    this.resources = resources;
    this.address = address;
  }

  public long address() {
    if (closed.get()) {
      throw new IllegalStateException("the pin is closed");
    }
    return address;
  }

  public void close() {
    if (closed.compareAndSet(false, true) && resources != null) {
      resources.unpin();
    }
  }
}
