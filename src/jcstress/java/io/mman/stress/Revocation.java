package io.mman.stress;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.Mman;
import io.mman.Protection;
import java.lang.foreign.MemorySegment;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * An access beside a change either comes before it, and then it counts, or throws {@link
 * IllegalStateException}. A store that throws may have been done, but then before the change:
 * HotSpot can stop a thread between the store and the end of its access. A crash of the JVM is a
 * failure too.
 */
public final class Revocation {
  private static final int OLD = 41;
  private static final int NEW = 42;
  private static final int REVOKED = -1;

  private Revocation() {}

  /** A region of its own for each time; no test leaves one open. */
  private abstract static class OneRegion {
    final MappedRegion region = Mapping.anonymous(Mman.pageSize()).mapShared();
    final MemorySegment view = region.segment();

    OneRegion() {
      view.set(JAVA_INT, 0, OLD);
    }

    /** Returns what the view has now. */
    final int get() {
      try {
        return view.get(JAVA_INT, 0);
      } catch (IllegalStateException revoked) {
        return REVOKED;
      }
    }

    /** Returns what it wrote, if it could. */
    final int set() {
      try {
        view.set(JAVA_INT, 0, NEW);
        return NEW;
      } catch (IllegalStateException revoked) {
        return REVOKED;
      }
    }

    /** Returns what the pages have in the end. */
    final int last() {
      int value = region.segment().get(JAVA_INT, 0);
      region.close();
      return value;
    }
  }

  /** A read beside the end. */
  @JCStressTest
  @Outcome(id = "41, 41", expect = ACCEPTABLE, desc = "both before the end")
  @Outcome(id = "41, -1", expect = ACCEPTABLE, desc = "one of them")
  @Outcome(id = "-1, -1", expect = ACCEPTABLE, desc = "after it")
  @Outcome(expect = FORBIDDEN, desc = "memory that is not the region's, or none")
  @State
  public static class CloseAndRead extends OneRegion {
    /** Closes. */
    @Actor
    public void close() {
      region.close();
    }

    /** Reads twice: what is closed stays closed. */
    @Actor
    public void read(II_Result r) {
      r.r1 = get();
      r.r2 = get();
    }
  }

  /** The region's own copies beside the end. */
  @JCStressTest
  @Outcome(
      id = {"4, 4", "4, -1", "-1, -1"},
      expect = ACCEPTABLE,
      desc = "all bytes, or closed")
  @Outcome(expect = FORBIDDEN, desc = "a call on what is unmapped")
  @State
  public static class CloseAndCopy extends OneRegion {
    /** Closes. */
    @Actor
    public void close() {
      region.close();
    }

    /** Writes and reads by system calls. */
    @Actor
    public void copy(II_Result r) {
      r.r1 = r.r2 = REVOKED;
      MemorySegment buffer = MemorySegment.ofArray(new int[1]);
      try {
        r.r1 = (int) region.write(0, buffer);
        r.r2 = (int) region.read(0, buffer);
      } catch (IllegalStateException closed) {
        // r2 tells, or both do
      }
    }
  }

  /** A write beside the loss of the right to write. */
  @JCStressTest
  @Outcome(id = "42, 42, 42", expect = ACCEPTABLE, desc = "written before, and seen")
  @Outcome(id = "41, -1, 41", expect = ACCEPTABLE, desc = "refused")
  @Outcome(id = "42, -1, 42", expect = ACCEPTABLE, desc = "written before, and stopped")
  @Outcome(expect = FORBIDDEN, desc = "lost, or written into read-only pages")
  @State
  public static class ProtectAndWrite extends OneRegion {
    /** Takes the right away and looks: from here on nothing changes. */
    @Actor
    public void protect(III_Result r) {
      r.r1 = region.protect(Protection.READ).get(JAVA_INT, 0);
    }

    /** Writes. */
    @Actor
    public void write(III_Result r) {
      r.r2 = set();
    }

    /** Looks again. */
    @Arbiter
    public void end(III_Result r) {
      r.r3 = last();
    }
  }

  /** A write beside growth, which moves the pages where it must. */
  @JCStressTest
  @Outcome(id = "42, 42, 42", expect = ACCEPTABLE, desc = "written before, and taken along")
  @Outcome(id = "41, -1, 41", expect = ACCEPTABLE, desc = "refused")
  @Outcome(id = "42, -1, 42", expect = ACCEPTABLE, desc = "written before, and stopped")
  @Outcome(expect = FORBIDDEN, desc = "lost")
  @State
  public static class ResizeAndWrite extends OneRegion {
    /** Grows and looks. */
    @Actor
    public void resize(III_Result r) {
      r.r1 = region.resize(3 * Mman.pageSize()).get(JAVA_INT, 0);
    }

    /** Writes. */
    @Actor
    public void write(III_Result r) {
      r.r2 = set();
    }

    /** Looks again. */
    @Arbiter
    public void end(III_Result r) {
      r.r3 = last();
    }
  }
}
