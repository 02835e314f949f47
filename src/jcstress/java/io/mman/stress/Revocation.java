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
 * An access that is concurrent with a change of the region either happens before the change and
 * takes effect, or throws {@link IllegalStateException}. A store that throws may have taken effect
 * before the change, because HotSpot can stop a thread between the store and the end of its access.
 * A crash of the JVM is also a failure.
 */
public final class Revocation {
  private static final int OLD = 41;
  private static final int NEW = 42;
  private static final int REVOKED = -1;

  private Revocation() {}

  /** A new region for each run. Every test closes it. */
  private abstract static class OneRegion {
    final MappedRegion region = Mapping.anonymous(Mman.pageSize()).mapShared();
    final MemorySegment view = region.segment();

    OneRegion() {
      view.set(JAVA_INT, 0, OLD);
    }

    /** Returns the value that the view shows, or that it is revoked. */
    final int get() {
      try {
        return view.get(JAVA_INT, 0);
      } catch (IllegalStateException revoked) {
        return REVOKED;
      }
    }

    /** Writes, and returns the value or that the view is revoked. */
    final int set() {
      try {
        view.set(JAVA_INT, 0, NEW);
        return NEW;
      } catch (IllegalStateException revoked) {
        return REVOKED;
      }
    }

    /** Returns the final value in the pages, and closes the region. */
    final int last() {
      int value = region.segment().get(JAVA_INT, 0);
      region.close();
      return value;
    }
  }

  /** Reads a view while the region is closed. */
  @JCStressTest
  @Outcome(id = "41, 41", expect = ACCEPTABLE, desc = "both before the close")
  @Outcome(id = "41, -1", expect = ACCEPTABLE, desc = "one before, one after")
  @Outcome(id = "-1, -1", expect = ACCEPTABLE, desc = "both after the close")
  @Outcome(expect = FORBIDDEN, desc = "foreign or unmapped memory")
  @State
  public static class CloseAndRead extends OneRegion {
    /** Closes the region. */
    @Actor
    public void close() {
      region.close();
    }

    /** Reads twice, because a closed view must stay closed. */
    @Actor
    public void read(II_Result r) {
      r.r1 = get();
      r.r2 = get();
    }
  }

  /** Copies by the region's own methods while the region is closed. */
  @JCStressTest
  @Outcome(
      id = {"4, 4", "4, -1", "-1, -1"},
      expect = ACCEPTABLE,
      desc = "all bytes, or closed")
  @Outcome(expect = FORBIDDEN, desc = "a call on unmapped memory")
  @State
  public static class CloseAndCopy extends OneRegion {
    /** Closes the region. */
    @Actor
    public void close() {
      region.close();
    }

    /** Writes and reads with system calls. */
    @Actor
    public void copy(II_Result r) {
      r.r1 = r.r2 = REVOKED;
      MemorySegment buffer = MemorySegment.ofArray(new int[1]);
      try {
        r.r1 = (int) region.write(0, buffer);
        r.r2 = (int) region.read(0, buffer);
      } catch (IllegalStateException closed) {
        // The results that are not set show which calls were refused.
      }
    }
  }

  /** Writes to a view while the pages become read-only. */
  @JCStressTest
  @Outcome(id = "42, 42, 42", expect = ACCEPTABLE, desc = "written before the change, and visible")
  @Outcome(id = "41, -1, 41", expect = ACCEPTABLE, desc = "refused")
  @Outcome(
      id = "42, -1, 42",
      expect = ACCEPTABLE,
      desc = "written before the change, and then refused")
  @Outcome(expect = FORBIDDEN, desc = "lost, or written into read-only pages")
  @State
  public static class ProtectAndWrite extends OneRegion {
    /** Makes the pages read-only, and reads the value, which must not change from then on. */
    @Actor
    public void protect(III_Result r) {
      r.r1 = region.protect(Protection.READ).get(JAVA_INT, 0);
    }

    /** Writes to the view. */
    @Actor
    public void write(III_Result r) {
      r.r2 = set();
    }

    /** Reads the value again. */
    @Arbiter
    public void end(III_Result r) {
      r.r3 = last();
    }
  }

  /** Writes to a view while the region grows, which may move its pages. */
  @JCStressTest
  @Outcome(id = "42, 42, 42", expect = ACCEPTABLE, desc = "written before the change, and moved")
  @Outcome(id = "41, -1, 41", expect = ACCEPTABLE, desc = "refused")
  @Outcome(
      id = "42, -1, 42",
      expect = ACCEPTABLE,
      desc = "written before the change, and then refused")
  @Outcome(expect = FORBIDDEN, desc = "lost")
  @State
  public static class ResizeAndWrite extends OneRegion {
    /** Grows the region, and reads the value. */
    @Actor
    public void resize(III_Result r) {
      r.r1 = region.resize(3 * Mman.pageSize()).get(JAVA_INT, 0);
    }

    /** Writes to the view. */
    @Actor
    public void write(III_Result r) {
      r.r2 = set();
    }

    /** Reads the value again. */
    @Arbiter
    public void end(III_Result r) {
      r.r3 = last();
    }
  }
}
