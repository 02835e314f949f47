package io.mman.internal.call;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Copies between a region and other memory through the kernel, for which a missing page is an error
 * and not a signal: out of a region from its file, if that has the same bytes, otherwise with one
 * call where the system permits it, or else through a pipe.
 */
public enum KernelCopy {
  /** Copies from a region to other memory. */
  READ(ProcessVmCopy.READ),
  /** Copies from other memory into a region. */
  WRITE(ProcessVmCopy.WRITE);

  private final ProcessVmCopy direct;

  /** Loads the classes, which may no longer be possible when no descriptor is free. */
  public static void prepare() {
    Objects.requireNonNull(CopyProgress.class);
    Objects.requireNonNull(FileCopy.class);
    Objects.requireNonNull(PipeCopy.class);
  }

  KernelCopy(ProcessVmCopy direct) {
    this.direct = direct;
  }

  /** Returns the name of the system call that makes a copy where that is permitted. */
  public String call() {
    return direct.call();
  }

  /**
   * Copies between a region and other memory.
   *
   * @param region a range of the same size as {@code other}
   * @param path the path of the mapped file, for the exception
   * @param file reads the mapped file, if its bytes are those of the region
   * @return the number of bytes copied, less than the size if a later page is missing
   * @throws io.mman.MmanException if the first byte cannot be copied
   */
  public long copy(
      MemorySegment region, MemorySegment other, @Nullable Path path, @Nullable FileCopy file) {
    if (this == READ && other.isReadOnly()) {
      throw new IllegalArgumentException("the target is read-only");
    }
    CopyProgress copy = new CopyProgress(this == READ, region, other);
    if (file != null) {
      copy.proceed(file); // takes half the time of a copy from the pages
      if (copy.isComplete()) {
        return copy.done();
      }
    }
    if (direct.isAvailable()) {
      copy.proceed(direct);
      if (copy.isComplete() || !direct.isRefused(copy.result())) {
        if (hasFailed(copy)) {
          throw direct.failure(copy.result(), region, other, path).exception();
        }
        return copy.done();
      }
    }
    return throughPipe(copy, path);
  }

  private long throughPipe(CopyProgress copy, @Nullable Path path) {
    try (PipeCopy pipe = new PipeCopy(this == READ)) {
      copy.proceed(pipe);
      if (hasFailed(copy)) {
        throw pipe.exception(copy.result(), path);
      }
      return copy.done();
    }
  }

  /** After the first byte, the number of bytes is the result, as for read(2). */
  private static boolean hasFailed(CopyProgress copy) {
    return copy.result() < 0 && copy.done() == 0;
  }
}
