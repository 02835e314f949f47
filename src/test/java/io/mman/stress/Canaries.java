package io.mman.stress;

import io.mman.Mman;
import io.mman.testing.LibC;
import io.mman.testing.ProcMaps;
import io.mman.testing.Views;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Memory mapped at addresses that were just freed. {@link #run} tries without a pause, so that a
 * late call finds the canary.
 */
final class Canaries {
  private static final byte SONG = 0x5A;
  private static final long NOWHERE = 0;

  private final long bytes;
  private final List<MemorySegment> landed = new ArrayList<>();
  private long total;
  private volatile long target = NOWHERE;
  private volatile boolean free;

  Canaries(long bytes) {
    this.bytes = bytes;
  }

  /** Maps a canary at every target as soon as the target is free. */
  void run() {
    while (true) {
      long address = target;
      boolean last = free; // read before, so that one attempt is always made after the end
      if (address == NOWHERE) {
        Thread.yield();
      } else if (LibC.mapAt(address, bytes)) {
        MemorySegment canary = MemorySegment.ofAddress(address).reinterpret(bytes);
        canary.fill(SONG);
        landed.add(canary);
        target = NOWHERE;
      } else if (last) {
        target = NOWHERE; // something else was mapped first
      }
    }
  }

  /** Sets a target, at which something is still mapped. */
  void aim(long address) {
    free = false;
    target = address;
  }

  /** Reports that the region at the target is unmapped. */
  void isFree() {
    free = true;
  }

  void awaitLanding() {
    while (target != NOWHERE) {
      Thread.yield();
    }
  }

  /** Checks that none was changed, and unmaps them. */
  void check() {
    List<ProcMaps.Area> areas = ProcMaps.allWithFigures();
    for (MemorySegment canary : landed) {
      checkPages(canary, areas);
      for (long i = 0; i < bytes; i++) {
        require(canary, Views.byteAt(canary, i) == SONG, "has another byte at " + i);
      }
      Mman.munmap(canary);
    }
    total += landed.size();
    landed.clear();
  }

  /** Checks that so many were mapped, without which the test shows nothing. */
  void requireSome(long number) {
    if (total < number) {
      throw new AssertionError("only " + total + " landed");
    }
  }

  private void checkPages(MemorySegment canary, List<ProcMaps.Area> areas) {
    long next = canary.address();
    long end = next + bytes;
    for (ProcMaps.Area area : areas) {
      if (next < end && area.start() <= next && next < area.end()) {
        require(canary, area.perms().equals("rw-p") && area.path().isEmpty(), area.toString());
        // lo: locked, dc: not for children
        require(canary, !area.vmFlags().contains("lo"), "is locked: " + area);
        require(canary, !area.vmFlags().contains("dc"), "was advised: " + area);
        next = area.end();
      }
    }
    require(canary, next >= end, "is unmapped");
  }

  private static void require(MemorySegment canary, boolean condition, String what) {
    if (!condition) {
      throw new AssertionError(canary + " " + what);
    }
  }
}
