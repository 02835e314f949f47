package io.mman.survival;

import static io.mman.testing.Checks.assertEquals;
import static io.mman.testing.Checks.assertThrows;
import static io.mman.testing.Checks.assertTrue;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.mman.Errno;
import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.Mman;
import io.mman.MmanException;
import io.mman.testing.Samples;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file of known bytes that is truncated without the library, and checks of its regions. */
record TruncatedFile(Path path) {
  static final long PAGE = Mman.pageSize();

  /** Creates a file of some pages. */
  static TruncatedFile of(Path folder, long pages) {
    return new TruncatedFile(Samples.file(folder, pages * PAGE));
  }

  /** Requests a shared, writable region that survives. */
  Mapping request() {
    return Mapping.file(path).readWrite().surviveBusErrors();
  }

  void truncateToPages(long pages) {
    truncate(pages * PAGE);
  }

  void truncate(long bytes) {
    Samples.resize(path, bytes);
  }

  /** Writes all bytes again, to the same file. */
  void rewrite(long pages) {
    try {
      Files.write(path, Samples.bytes(0, pages * PAGE));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static byte get(MappedRegion region, long offset) {
    return region.segment().get(JAVA_BYTE, offset);
  }

  static void set(MappedRegion region, long offset, int value) {
    region.segment().set(JAVA_BYTE, offset, (byte) value);
  }

  /** Checks that a region holds the bytes of the file from an offset on. */
  static void assertSample(MappedRegion region, long from, long to, long fileOffset) {
    for (long i = from; i < to; i++) {
      assertEquals(Samples.at(fileOffset + i), get(region, i));
    }
  }

  static void assertZero(MappedRegion region, long from, long to) {
    for (long i = from; i < to; i++) {
      assertTrue(get(region, i) == 0, "byte " + i + " is " + get(region, i));
    }
  }

  /** Checks how many pages are lost now, and which byte is the first. */
  static void assertLost(MappedRegion region, long pages, long first) {
    if (pages == 0) {
      region.requireIntact();
      return;
    }
    assertIo("requireIntact", pages, first, region::requireIntact);
  }

  /** Checks that a call reports lost pages. */
  static void assertIo(String call, long pages, long first, Runnable action) {
    MmanException e = assertThrows(MmanException.class, action);
    assertEquals(Errno.EIO, e.error());
    assertEquals(call, e.call());
    String words = (pages == 1 ? "1 page lost" : pages + " pages lost") + ", the first at byte ";
    assertTrue(e.getMessage().endsWith(words + first), e.getMessage());
  }
}
