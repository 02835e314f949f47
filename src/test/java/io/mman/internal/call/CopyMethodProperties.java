package io.mman.internal.call;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.Mman;
import io.mman.NativeFile;
import io.mman.Protection;
import io.mman.internal.region.PageRangeProperties;
import io.mman.testing.Samples;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/**
 * Every way to copy, against a model of two arrays: a region, and other memory, each mapped from a
 * file of which only a part is left. Bytes are copied up to the first page that either lacks.
 */
class CopyMethodProperties {
  private static final int PAGE = (int) Mman.pageSize();

  /** More than a pipe holds. */
  private static final int SIZE = 20 * PAGE;

  private static final byte OLD = -1; // no byte of a sample

  private static Path regionPath;
  private static Path otherPath;

  /** A way to copy. */
  enum Way {
    PROCESS_VM,
    PIPE,
    FILE
  }

  /** A range of bytes, and how long the files below the region and the other memory are left. */
  record Copy(int offset, int otherOffset, int length, int left, int otherLeft) {
    /** Returns how much is expected of a way that ends where pages end, or where the file does. */
    int expected(boolean endsWithFile, boolean onHeap) {
      int end = endsWithFile ? left : Math.ceilDiv(left, PAGE) * PAGE;
      int otherEnd = onHeap ? SIZE : Math.ceilDiv(otherLeft, PAGE) * PAGE;
      int both = Math.min(end - offset, otherEnd - otherOffset);
      return Math.max(0, Math.min(length, both));
    }
  }

  @BeforeContainer
  static void create() {
    Path folder = Path.of(System.getProperty("java.io.tmpdir"));
    regionPath = Samples.file(folder, 0);
    otherPath = Samples.file(folder, 0);
  }

  @AfterContainer
  static void delete() throws IOException {
    Files.delete(regionPath);
    Files.delete(otherPath);
  }

  @Provide
  Arbitrary<Copy> copies() {
    Arbitrary<Integer> point = PageRangeProperties.point(PAGE, SIZE).map(Math::toIntExact);
    return Combinators.combine(point, point, point, point, point)
        .as(
            (offset, otherOffset, length, left, otherLeft) ->
                new Copy(
                    offset,
                    otherOffset,
                    Math.min(length, SIZE - Math.max(offset, otherOffset)),
                    left,
                    otherLeft));
  }

  @Property(tries = 1000, edgeCases = EdgeCasesMode.NONE)
  void bytesAreCopiedUpToTheFirstMissingPage(
      @ForAll Way way, @ForAll boolean read, @ForAll boolean onHeap, @ForAll("copies") Copy copy) {
    boolean isRead = read || way == Way.FILE;
    write(regionPath, isRead);
    write(otherPath, !isRead);
    Mapping onFile = Mapping.file(otherPath).protection(Protection.READ_WRITE);
    try (NativeFile file = NativeFile.open(regionPath, StandardOpenOption.WRITE);
        MappedRegion mapped =
            Mapping.file(regionPath).protection(Protection.READ_WRITE).mapConfined();
        MappedRegion mappedOther = onFile.mapConfined()) {
      MemorySegment region = mapped.segment().asSlice(copy.offset, copy.length);
      MemorySegment whole =
          onHeap
              ? MemorySegment.ofArray(Samples.bytes(mappedOther.segment()))
              : mappedOther.segment();
      MemorySegment other = whole.asSlice(copy.otherOffset, copy.length);
      Samples.resize(regionPath, copy.left);
      Samples.resize(otherPath, copy.otherLeft);

      CopyProgress progress = new CopyProgress(isRead, region, other);
      proceed(progress, way, isRead, file, region, copy.offset);

      int expected = copy.expected(way == Way.FILE, onHeap);
      assertEquals(expected, progress.done());
      assertTrue(expected == copy.length || progress.result() <= 0);
      MemorySegment target = isRead ? whole : mapped.segment();
      int targetOffset = isRead ? copy.otherOffset : copy.offset;
      int sourceOffset = isRead ? copy.offset : copy.otherOffset;
      int targetLeft = !isRead ? copy.left : onHeap ? SIZE : copy.otherLeft;
      byte[] model = new byte[Math.ceilDiv(targetLeft, PAGE) * PAGE];
      Arrays.fill(model, 0, targetLeft, OLD);
      byte[] source = source(isRead ? copy.left : onHeap ? SIZE : copy.otherLeft);
      for (int i = 0; i < expected; i++) {
        model[targetOffset + i] = source[sourceOffset + i];
      }
      assertArrayEquals(model, Samples.bytes(target.asSlice(0, model.length)));
    }
  }

  private static void proceed(
      CopyProgress progress,
      Way way,
      boolean isRead,
      NativeFile file,
      MemorySegment region,
      long offset) {
    switch (way) {
      case PROCESS_VM -> progress.proceed(isRead ? ProcessVmCopy.READ : ProcessVmCopy.WRITE);
      case FILE -> progress.proceed(new FileCopy(file.fd(), region, offset));
      case PIPE -> {
        try (PipeCopy pipe = new PipeCopy(isRead)) {
          progress.proceed(pipe);
        }
      }
    }
  }

  /** Writes a sample for the side that is copied from, and other bytes for the target. */
  private static void write(Path path, boolean isSource) {
    byte[] bytes = Samples.bytes(0, SIZE);
    if (!isSource) {
      Arrays.fill(bytes, OLD);
    }
    try {
      Files.write(path, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns a sample of which the end is lost, and the rest of its last page is zero. */
  private static byte[] source(int left) {
    byte[] bytes = Samples.bytes(0, SIZE);
    Arrays.fill(bytes, left, SIZE, (byte) 0);
    return bytes;
  }
}
