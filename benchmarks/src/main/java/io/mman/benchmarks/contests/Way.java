package io.mman.benchmarks.contests;

import io.mman.Advice;
import io.mman.FileAdvice;
import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.NativeFile;
import io.mman.examples.PagePool;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.OpenOption;

/** The ways in which {@link RandomReads} reads pages. */
enum Way {
  MAPPED("mapped", 1),
  RANDOM("mapped, RANDOM", 1),
  READ("NativeFile.read", 1),
  PREFETCH("mapped, RANDOM, prefetch", 32),
  POOL("PagePool, DIRECT", 1);

  /** What a JVM with such a heap takes beside it, in bytes, measured with 16 threads. */
  private static final long JVM = 112L << 20;

  final String label;

  /** The number of pages that are asked for at once. */
  final int batch;

  Way(String label, int batch) {
    this.label = label;
    this.batch = batch;
  }

  /** Reads the first longs of some pages; for one thread. */
  interface PageReader {
    int batch();

    long sum(long[] offsets) throws Exception;
  }

  /** The file, opened or mapped for all threads of a turn. */
  abstract static class Opened implements AutoCloseable {
    abstract PageReader newReader();

    @Override
    public abstract void close();
  }

  /** Opens the file, of which no page is in memory then. */
  Opened open(NativeFile file, long memoryBytes) {
    file.advise(FileAdvice.DONTNEED, 0, 0);
    return switch (this) {
      case MAPPED -> new Mapped(Mapping.file(file).mapShared(), 1);
      case RANDOM -> new Mapped(Mapping.file(file).advise(Advice.RANDOM).mapShared(), 1);
      case PREFETCH -> new Mapped(Mapping.file(file).advise(Advice.RANDOM).mapShared(), batch);
      case READ -> new Read(file);
      case POOL -> new Pool(file, memoryBytes);
    };
  }

  private static final class Mapped extends Opened {
    private final MappedRegion region;
    private final MemorySegment bytes;
    private final int batch;

    Mapped(MappedRegion region, int batch) {
      this.region = region;
      this.bytes = region.segment();
      this.batch = batch;
    }

    @Override
    PageReader newReader() {
      return reader(
          batch,
          offsets -> {
            if (batch > 1) {
              region.prefetch(offsets, Long.BYTES);
            }
            long sum = 0;
            for (long offset : offsets) {
              sum += bytes.get(ValueLayout.JAVA_LONG, offset);
            }
            return sum;
          });
    }

    @Override
    public void close() {
      region.close();
    }
  }

  private static final class Read extends Opened {
    private final NativeFile file;
    private final Arena arena = Arena.ofShared();

    Read(NativeFile file) {
      this.file = file;
      file.advise(FileAdvice.RANDOM, 0, 0);
    }

    @Override
    PageReader newReader() {
      MemorySegment page = arena.allocate(Reader.PAGE, Reader.PAGE);
      return reader(
          1,
          offsets -> {
            file.read(offsets[0], page);
            return page.get(ValueLayout.JAVA_LONG, 0);
          });
    }

    @Override
    public void close() {
      arena.close();
    }
  }

  /** The pool gets the memory that the JVM leaves, and the page cache gets none. */
  private static final class Pool extends Opened {
    private final NativeFile direct;
    private final PagePool pool;

    Pool(NativeFile file, long memoryBytes) {
      long pages = Math.max(1 << 10, (memoryBytes - JVM) / Reader.PAGE);
      direct = NativeFile.open(file.path(), direct());
      pool = new PagePool(direct, (int) pages);
    }

    /** Returns the option by reflection, because javac warns of its package. */
    private static OpenOption direct() {
      try {
        Class<?> options = Class.forName("com.sun.nio.file.ExtendedOpenOption");
        return (OpenOption) options.getField("DIRECT").get(null);
      } catch (ReflectiveOperationException e) {
        throw new LinkageError("no direct input", e);
      }
    }

    @Override
    PageReader newReader() {
      return reader(1, offsets -> pool.getLong((int) (offsets[0] / Reader.PAGE), 0));
    }

    @Override
    public void close() {
      pool.close();
      direct.close();
    }
  }

  /** Sums up the first longs of pages. */
  @FunctionalInterface
  private interface Sum {
    long of(long[] offsets) throws Exception;
  }

  private static PageReader reader(int batch, Sum sum) {
    return new PageReader() {
      @Override
      public int batch() {
        return batch;
      }

      @Override
      public long sum(long[] offsets) throws Exception {
        return sum.of(offsets);
      }
    };
  }
}
