package io.mman.model;

import io.mman.testing.Pages;
import io.mman.testing.Views;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Every view that the regions of a {@link RegionWorld} ever handed out.
 *
 * <p>Before a view is accessed, the kernel copies the same bytes: a view that is still alive on
 * unmapped pages is a failure of the test and not a crash.
 */
final class HandedViews {
  /** A view, and the generation of its region at that time. */
  record Handed(MemorySegment view, ModelRegion owner, int generation) {
    boolean isRevoked() {
      return owner.closed || owner.generation != generation;
    }
  }

  private final List<Handed> all = new ArrayList<>();

  /** Adds the present view of a region, which must match the model. */
  void take(ModelRegion region) {
    MemorySegment view = null;
    try {
      view = region.real.segment();
    } catch (IllegalStateException unreadable) {
      // The protection does not allow reading.
    }
    require((view != null) == region.protection.canRead());
    if (view != null) {
      require(view.byteSize() == region.size);
      require(view.isReadOnly() == !region.protection.canWrite());
      MemorySegment now = view;
      if (all.stream().noneMatch(handed -> handed.view == now)) {
        all.add(new Handed(view, region, region.generation));
      }
    }
  }

  /** Returns those that may be written through. */
  List<Handed> writable() {
    return all.stream().filter(h -> !h.isRevoked() && !h.view.isReadOnly()).toList();
  }

  /** Reads each of them. */
  void check() {
    for (Handed handed : all) {
      if (handed.isRevoked()) {
        Views.assertRevoked(handed.view);
      } else {
        Views.assertAlive(handed.view);
        checkBytes(handed.view, handed.owner.bytes());
      }
    }
  }

  void checkRevoked() {
    all.forEach(handed -> Views.assertRevoked(handed.view));
  }

  private static void checkBytes(MemorySegment view, byte[] expected) {
    long bytes = view.byteSize();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment seen = arena.allocate(bytes);
      require(bytes == 0 || Pages.copyFrom(view, seen));
      MemorySegment model = MemorySegment.ofArray(expected).asSlice(0, bytes);
      long other = seen.mismatch(model);
      if (other >= 0) {
        throw new AssertionError("other bytes than the model from " + other + " on");
      }
      require(view.mismatch(model) < 0);
    }
  }

  /** Fills a part of a view, after the kernel has written to the same part. */
  static void fill(MemorySegment part, byte value) {
    if (part.byteSize() > 0) {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment same = arena.allocate(part.byteSize()).copyFrom(part);
        require(Pages.copyTo(part, same));
      }
      part.fill(value);
    }
  }

  private static void require(boolean condition) {
    if (!condition) {
      throw new AssertionError("not as in the model");
    }
  }
}
