package io.mman.durability;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.mman.change.StagedRegion;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.LongStream;

/**
 * A file that holds a number at each of a thousand random places. One half of the places hold the
 * last number that was committed; the other half, which are in other pages, hold the number before
 * it. Every commit changes one half. The writer prints each number after it has been committed.
 */
final class Versions {
  static final long SIZE = (512 << 10) + 100;

  private static final long PAGE = 4096;

  /** The places of even numbers, one of which is in the last page, and those of odd numbers. */
  private static final long[][] PLACES = {places(0), places(1)};

  private Versions() {}

  private static long[] places(int half) {
    return LongStream.concat(
            LongStream.of(half == 0 ? SIZE / PAGE * PAGE : PAGE),
            new Random(16)
                .longs(0, SIZE / Long.BYTES / 2)
                .map(word -> word * Long.BYTES)
                .map(byteOfHalf -> byteOfHalf + (byteOfHalf / PAGE + half) * PAGE)
                .filter(place -> place < SIZE / PAGE * PAGE && place != PAGE))
        .distinct()
        .limit(500)
        .toArray();
  }

  static Path journal(Path file) {
    return file.resolveSibling("journal");
  }

  static StagedRegion open(Path file) {
    return StagedRegion.open(file, SIZE, journal(file));
  }

  /** Applies the journal and returns the last number that was committed. */
  static long recover(Path file) {
    try (StagedRegion region = open(file)) {
      return read(region.segment());
    }
  }

  /** Returns whether the contents of a file are in the state of a whole commit. */
  static boolean isWhole(byte[] file) {
    ByteBuffer aligned = ByteBuffer.allocateDirect(file.length).put(file).flip();
    try {
      read(MemorySegment.ofBuffer(aligned));
      return true;
    } catch (AssertionError mixture) {
      return false;
    }
  }

  static long read(MemorySegment bytes) {
    long even = read(bytes, 0);
    long odd = read(bytes, 1);
    if (even == odd ? even != 0 : Math.abs(even - odd) != 1) {
      throw new AssertionError(even + " and " + odd);
    }
    return Math.max(even, odd);
  }

  private static long read(MemorySegment bytes, int half) {
    long version = bytes.get(JAVA_LONG, PLACES[half][0]);
    for (long place : PLACES[half]) {
      long other = bytes.get(JAVA_LONG, place);
      if (other != version) {
        throw new AssertionError(other + " at " + place + " instead of " + version);
      }
    }
    return version;
  }

  private static void write(MemorySegment bytes, long version) {
    for (long place : PLACES[(int) (version % 2)]) {
      bytes.set(JAVA_LONG, place, version);
    }
  }

  /** Commits until it is killed. */
  public static void main(String... arguments) throws IOException {
    DataOutputStream committed = new DataOutputStream(System.out);
    try (StagedRegion region = open(Path.of(arguments[0]))) {
      for (long version = read(region.segment()) + 1; ; version++) {
        write(region.segment(), version);
        region.commit();
        committed.writeLong(version);
        committed.flush();
      }
    }
  }
}
