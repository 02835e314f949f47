package io.mman.stress;

import io.mman.Mman;
import io.mman.testing.LibC;
import io.mman.testing.ProcMaps;
import io.mman.testing.Views;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Memory mapped to where something else was a moment ago. {@link #run} tries without a pause, so
 * that a call that comes too late finds the canary.
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

  /** Lands at every target, as soon as nothing is there any more. */
  void run() {
    while (true) {
      long address = target;
      boolean last = free; // read before: one attempt comes after the end, whatever happens
      if (address == NOWHERE) {
        Thread.yield();
      } else if (LibC.mapAt(address, bytes)) {
        MemorySegment canary = MemorySegment.ofAddress(address).reinterpret(bytes);
        canary.fill(SONG);
        landed.add(canary);
        target = NOWHERE;
      } else if (last) {
        target = NOWHERE; // somebody else was faster
      }
    }
  }

  /** Gives a target, at which something is still mapped. */
  void aim(long address) {
    free = false;
    target = address;
  }

  /** Tells that nothing is mapped at the target, or something that comes from elsewhere. */
  void isFree() {
    free = true;
  }

  void awaitLanding() {
    while (target != NOWHERE) {
      Thread.yield();
    }
  }

  /** Checks that nobody has touched any of them, and lets them go. */
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

  /** Checks that so many have landed, without which nothing has been shown. */
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
