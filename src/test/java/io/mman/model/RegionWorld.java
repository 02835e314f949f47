package io.mman.model;

import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.Pin;
import io.mman.testing.Views;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Regions of one file, or of memory, beside a model of them. Each step changes both alike, or fails
 * with the documented exception; {@link #check} then reads every view ever handed out.
 */
final class RegionWorld extends RegionSteps implements AutoCloseable {
  private static final int MOST_REGIONS = 6;

  private final @Nullable ModelFile file;
  private final List<Pin> pins = new ArrayList<>();

  /** Borrowed regions whose objects are closed; their pages and views live as long as the arena. */
  private final List<ModelRegion> detached = new ArrayList<>();

  private final Arena lender = Arena.ofConfined();
  private final Thread owner = Thread.currentThread();

  /** Creates a world with a file of so many bytes, or with memory if it is 0. */
  RegionWorld(int fileBytes) {
    byte[] bytes = new byte[fileBytes];
    for (int i = 0; i < fileBytes; i++) {
      bytes[i] = Views.markOf(i);
    }
    file = fileBytes == 0 ? null : new ModelFile(bytes);
  }

  /** Maps so many bytes, of the file from an offset on; without a reserve where that is -1. */
  void map(int offset, int size, int reserve, ModelShape shape) {
    if (regions.size() >= MOST_REGIONS) {
      return;
    }
    boolean tooLong = file != null && offset + size > file.bytes.length;
    boolean fits = reserve < 0 || reserve >= size;
    attempt(
        tooLong || !fits ? IllegalArgumentException.class : null,
        () -> {
          Mapping mapping = shape.of(file, offset, size);
          mapping = reserve < 0 ? mapping : mapping.reserve(reserve);
          MappedRegion region = shape.map(mapping, lender);
          regions.add(shape.model(region, file, offset, size, reserve));
        });
  }

  void pin(int which) {
    ModelRegion r = pick(which);
    if (r != null) {
      Pin pin = r.real.pin();
      r.pins++;
      pins.add(pin);
      if (pins.size() % 2 == 0) { // every second time, only for a moment
        pin.close();
        r.pins--;
      }
    }
  }

  void unpinAll() {
    pins.forEach(Pin::close);
    pins.clear();
    regions.forEach(r -> r.pins = 0);
  }

  void close(int which) {
    ModelRegion r = pick(which);
    if (r == null) {
      return;
    }
    boolean borrowed = r.origin.borrowed();
    attempt(
        !borrowed && r.pins > 0 ? IllegalStateException.class : null,
        () -> {
          r.real.close();
          require(!r.real.isAlive());
          regions.remove(r);
          if (borrowed) {
            detached.add(r);
          } else {
            r.closed = true;
          }
        });
  }

  void reopenFile() {
    if (file != null) {
      file.reopen();
    }
  }

  /** Sets the length of the file, unless a region of another descriptor reaches past it. */
  void resizeFile(int size) {
    List<ModelRegion> mapped = new ArrayList<>(regions);
    mapped.addAll(detached);
    if (file == null || mapped.stream().anyMatch(r -> !isOwn(r) && reaches(r, size))) {
      return;
    }
    boolean covered = mapped.stream().anyMatch(r -> isOwn(r) && reaches(r, size));
    attempt(covered ? IllegalStateException.class : null, () -> file.resize(size));
  }

  private boolean isOwn(ModelRegion r) {
    return r.origin.opened() == file.real;
  }

  private static boolean reaches(ModelRegion r, int size) {
    return r.size > 0 && r.offset + r.size > size;
  }

  /** Compares everything visible with the model. */
  void check() {
    for (ModelRegion r : regions) {
      require(r.real.isAlive() && r.real.size() == r.size && r.real.protection() == r.protection);
      views.take(r);
    }
    views.check();
    if (file != null) {
      file.check();
    }
  }

  /** Returns whether this thread may close it; jqwik shrinks in another thread. */
  boolean isOfThisThread() {
    return owner == Thread.currentThread();
  }

  /** Closes everything; no view stays alive. */
  @Override
  public void close() {
    unpinAll();
    for (ModelRegion r : regions) {
      if (!r.origin.borrowed()) {
        r.real.close();
      }
    }
    lender.close();
    views.checkRevoked();
    if (file != null) {
      file.close();
    }
  }
}
