package io.mman.model;

import io.mman.Advice;
import io.mman.MmanException;
import io.mman.Protection;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Steps with the regions of a {@link RegionWorld}. Each changes region and model alike, or fails
 * with the documented exception.
 */
abstract sealed class RegionSteps permits RegionWorld {
  private static final int PAGE = ModelRegion.PAGE;

  final List<ModelRegion> regions = new ArrayList<>();
  final HandedViews views = new HandedViews();

  /** Writes through a view, the newest or an older one that is not revoked. */
  void write(int which, int view, int from, int length, byte value) {
    List<HandedViews.Handed> writable = views.writable();
    if (writable.isEmpty()) {
      return;
    }
    HandedViews.Handed handed = writable.get((which * 31 + view) % writable.size());
    int size = (int) handed.view().byteSize();
    int start = from % (size + 1);
    int bytes = Math.min(length, size - start);
    HandedViews.fill(handed.view().asSlice(start, bytes), value);
    for (int i = start; i < start + bytes; i++) {
      handed.owner().set(i, value);
    }
  }

  /** Copies in and out through the kernel. */
  void copy(int which, int from, int length, byte value) {
    ModelRegion r = pick(which);
    if (r == null) {
      return;
    }
    int start = from % (r.size + 1);
    byte[] bytes = new byte[Math.min(length, r.size - start)];
    Class<?> refused = bytes.length == 0 ? null : MmanException.class;
    attempt(
        r.protection.canRead() ? null : refused,
        () -> {
          r.real.read(start, MemorySegment.ofArray(bytes));
          require(Arrays.equals(bytes, 0, bytes.length, r.bytes(), start, start + bytes.length));
        });
    attempt(
        r.protection.canWrite() ? null : refused,
        () -> {
          Arrays.fill(bytes, value);
          r.real.write(start, MemorySegment.ofArray(bytes));
          for (int i = 0; i < bytes.length; i++) {
            r.set(start + i, value);
          }
        });
  }

  void resize(int which, int size) {
    ModelRegion r = pick(which);
    if (r != null) {
      Class<?> refusal = refusalToResize(r, size);
      attempt(
          refusal,
          () -> {
            r.real.resize(size);
            resized(r, size);
          });
      boolean isRefusedByKernel = refusal == MmanException.class;
      r.generation += isRefusedByKernel && r.reserve < 0 ? 1 : 0; // it had revoked the views
    }
  }

  private void resized(ModelRegion r, int size) {
    boolean inPlace = size == r.size || (size > r.size && r.reserve >= 0);
    r.generation += inPlace ? 0 : 1;
    if (!inPlace) {
      mayHaveMoved(r);
    }
    r.next = size == r.size ? r.next : null;
    r.resize(size);
  }

  private static @Nullable Class<?> refusalToResize(ModelRegion r, int size) {
    if (size <= r.size) {
      return size == r.size || r.isRevocable() ? null : IllegalStateException.class;
    }
    Class<?> refusal = refusalOfKind(r, size);
    if (refusal == null && r.isFile() && r.offset + size > r.origin.file().bytes.length) {
      return IllegalArgumentException.class;
    }
    refusal = refusal != null ? refusal : refusalToMove(r);
    // Without pages, the region could get a protection that its file does not permit.
    boolean isRefusedByFile = r.protection.canWrite() && !r.writable;
    return refusal == null && isRefusedByFile ? MmanException.class : refusal;
  }

  private static @Nullable Class<?> refusalOfKind(ModelRegion r, int size) {
    if (r.reserve >= 0 && size > r.reserve) {
      return IllegalArgumentException.class;
    }
    if (!r.isFile() && r.origin.shared()) {
      return UnsupportedOperationException.class;
    }
    boolean hasFile = r.origin.opened() == null ? r.keepsFile : r.origin.opened().isOpen();
    return r.isFile() && !hasFile ? IllegalStateException.class : null;
  }

  private static @Nullable Class<?> refusalToMove(ModelRegion r) {
    return r.reserve >= 0 || r.isRevocable() ? null : IllegalStateException.class;
  }

  /** Grows a region together with its file. */
  void extend(int which, int size) {
    ModelRegion r = pick(which);
    if (r != null) {
      attempt(
          refusalToExtend(r, size),
          () -> {
            r.real.extend(size);
            if (r.isFile() && size > r.size) {
              r.origin.file().lengthen(r.offset + size);
            }
            resized(r, size);
          });
    }
  }

  private static @Nullable Class<?> refusalToExtend(ModelRegion r, int size) {
    if (size < r.size) {
      return IllegalArgumentException.class;
    }
    if (size == r.size) {
      boolean isClosed = r.origin.opened() != null && !r.origin.opened().isOpen();
      return isClosed ? IllegalStateException.class : null;
    }
    Class<?> refusal = refusalOfKind(r, size);
    refusal = refusal != null ? refusal : refusalToMove(r);
    boolean isRefusedByFile = r.isFile() && !r.canExtendFile;
    return refusal == null && isRefusedByFile ? MmanException.class : refusal;
  }

  void split(int which, int offset) {
    ModelRegion r = pick(which);
    if (r == null) {
      return;
    }
    Class<?> refusal = null;
    if (offset > r.size) {
      refusal = IndexOutOfBoundsException.class;
    } else if (offset != 0 && offset != r.size && (r.head() + offset) % PAGE != 0) {
      refusal = IllegalArgumentException.class;
    } else if (!r.isRevocable()) {
      refusal = IllegalStateException.class;
    }
    attempt(refusal, () -> regions.add(r.split(r.real.split(offset), offset)));
  }

  /** Joins two regions; this must work if they were split and have not moved. */
  void join(int which, int other) {
    ModelRegion r = pick(which);
    ModelRegion next = r != null && r.next != null && other % 3 != 0 ? r.next : pick(other);
    if (r == null || next.closed) {
      return;
    }
    boolean must = r.next == next && r.protection == next.protection && r.size > 0 && next.size > 0;
    try {
      r.real.join(next.real);
    } catch (IllegalArgumentException misfit) {
      require(!must || r == next);
      return;
    } catch (IllegalStateException refused) {
      require(!r.isRevocable() || !next.isRevocable());
      return;
    }
    require(r != next && r.isRevocable() && next.isRevocable());
    require(r.protection == next.protection && r.origin.equals(next.origin));
    require(!r.isFile() || r.offset + r.size == next.offset);
    if (r.size == 0) {
      mayHaveMoved(r);
    }
    r.join(next);
    regions.remove(next);
  }

  private void mayHaveMoved(ModelRegion r) {
    regions.forEach(other -> other.next = other.next == r ? null : other.next);
  }

  void protect(int which, Protection protection) {
    ModelRegion r = pick(which);
    if (r == null) {
      return;
    }
    boolean widens = (protection.bits() & r.protection.bits()) == r.protection.bits();
    Class<?> refusal = null;
    if (!widens && !r.isRevocable()) {
      refusal = IllegalStateException.class;
    } else if (protection.canWrite() && !r.writable && r.hasPages()) {
      refusal = MmanException.class;
    }
    if (refusal == MmanException.class && r.size == 0) {
      return; // whether the kernel is asked at all depends on pages in reserve
    }
    attempt(
        refusal,
        () -> {
          r.real.protect(protection);
          r.protection = protection;
          r.generation += widens ? 0 : 1;
        });
  }

  void advise(int which, Advice advice, int from, int length) {
    ModelRegion r = pick(which);
    boolean removes = advice == Advice.REMOVE;
    if (r == null
        || (removes && !(r.origin.shared() && r.protection.canWrite()))
        || (advice.isDiscarding() && r.locked)) {
      return;
    }
    int start = from % (r.size + 1);
    int bytes = Math.min(length, r.size - start);
    r.real.advise(advice, start, bytes);
    if (removes) {
      r.remove(start, bytes);
    } else if (advice.isDiscarding()) {
      r.discard(start, bytes);
    }
  }

  /** Calls without a visible effect. */
  void touch(int which, int from, int length, boolean lock) {
    ModelRegion r = pick(which);
    if (r == null) {
      return;
    }
    int start = from % (r.size + 1);
    int bytes = Math.min(length, r.size - start);
    r.real.sync(start, bytes);
    r.real.populate(start, bytes);
    if (!r.origin.shared() && r.protection.canWrite()) {
      r.copy(start, bytes); // populated by writing
    }
    require(r.real.residency(start, bytes).pages() >= bytes / PAGE);
    if (lock && r.protection.canRead() && (r.origin.shared() || !r.isFile())) {
      r.locked = true;
      r.real.lock(start, bytes);
    }
  }

  @Nullable ModelRegion pick(int which) {
    return regions.isEmpty() ? null : regions.get(which % regions.size());
  }

  /** Does a step that must fail with this exception, or must not fail if it is null. */
  static void attempt(@Nullable Class<?> refusal, Runnable step) {
    try {
      step.run();
    } catch (RuntimeException e) {
      if (refusal == null || !refusal.isInstance(e)) {
        throw e;
      }
      return;
    }
    if (refusal != null) {
      throw new AssertionError("not refused with " + refusal.getSimpleName());
    }
  }

  static void require(boolean condition) {
    if (!condition) {
      throw new AssertionError("not as in the model");
    }
  }
}
