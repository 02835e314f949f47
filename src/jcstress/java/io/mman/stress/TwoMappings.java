package io.mman.stress;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.mman.Mapping;
import io.mman.NativeFile;
import io.mman.Protection;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicLong;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.J_Result;

/** Accesses through two mappings of one file are ordered as accesses to one variable are. */
public final class TwoMappings {
  private TwoMappings() {}

  /** Some bytes of a file, seen through both mappings. No other running test uses them. */
  private static final class Place {
    private static final long BYTES = 128;
    private static final long PLACES = 1 << 17;
    private static final Mapping FILE =
        Mapping.file(NativeFile.memory("two mappings", PLACES * BYTES))
            .protection(Protection.READ_WRITE);
    private static final MemorySegment HERE = FILE.mapShared().segment();
    private static final MemorySegment THERE = FILE.mapShared().segment();
    private static final AtomicLong NEXT = new AtomicLong();

    private static final VarHandle INT = JAVA_INT.varHandle();
    private static final long DATA = 0;
    private static final long FLAG = 64;

    final MemorySegment here;
    final MemorySegment there;

    /** Reuses bytes only long after the test that used them before has ended. */
    Place() {
      long offset = NEXT.getAndIncrement() % PLACES * BYTES;
      here = HERE.asSlice(offset, BYTES);
      there = THERE.asSlice(offset, BYTES);
      here.fill((byte) 0);
    }
  }

  /** Data that is written before a release is visible after the acquire that reads its flag. */
  @JCStressTest
  @Outcome(
      id = {"0, 0", "0, 1", "1, 1"},
      expect = ACCEPTABLE,
      desc = "in order")
  @Outcome(id = "1, 0", expect = FORBIDDEN, desc = "the flag without the data")
  @State
  public static class ReleaseAcquire {
    private final Place place = new Place();

    /** Writes the data, and then the flag. */
    @Actor
    public void write() {
      place.here.set(JAVA_INT, Place.DATA, 1);
      Place.INT.setRelease(place.here, Place.FLAG, 1);
    }

    /** Reads the flag, and then the data. */
    @Actor
    public void read(II_Result r) {
      r.r1 = (int) Place.INT.getAcquire(place.there, Place.FLAG);
      r.r2 = place.there.get(JAVA_INT, Place.DATA);
    }
  }

  /** Plain accesses are not ordered, but they read only values that have been written. */
  @JCStressTest
  @Outcome(
      id = {"0, 0", "0, 1", "1, 1"},
      expect = ACCEPTABLE,
      desc = "in order")
  @Outcome(id = "1, 0", expect = ACCEPTABLE_INTERESTING, desc = "out of order")
  @State
  public static class Plain {
    private final Place place = new Place();

    /** Writes the data, and then the flag. */
    @Actor
    public void write() {
      place.here.set(JAVA_INT, Place.DATA, 1);
      place.here.set(JAVA_INT, Place.FLAG, 1);
    }

    /** Reads the flag, and then the data. */
    @Actor
    public void read(II_Result r) {
      r.r1 = place.there.get(JAVA_INT, Place.FLAG);
      r.r2 = place.there.get(JAVA_INT, Place.DATA);
    }
  }

  /** Of two volatile writes, at least one is visible to the read that follows the other. */
  @JCStressTest
  @Outcome(
      id = {"0, 1", "1, 0", "1, 1"},
      expect = ACCEPTABLE,
      desc = "in some order")
  @Outcome(id = "0, 0", expect = FORBIDDEN, desc = "in no order")
  @State
  public static class Volatile {
    private final Place place = new Place();

    /** Writes the first variable, and reads the second. */
    @Actor
    public void here(II_Result r) {
      Place.INT.setVolatile(place.here, Place.DATA, 1);
      r.r1 = (int) Place.INT.getVolatile(place.here, Place.FLAG);
    }

    /** Writes the second variable, and reads the first. */
    @Actor
    public void there(II_Result r) {
      Place.INT.setVolatile(place.there, Place.FLAG, 1);
      r.r2 = (int) Place.INT.getVolatile(place.there, Place.DATA);
    }
  }

  /** Exactly one of two threads wins. */
  @JCStressTest
  @Outcome(
      id = {"1, 0, 1", "0, 1, 2"},
      expect = ACCEPTABLE,
      desc = "one thread wins")
  @Outcome(expect = FORBIDDEN, desc = "both or no thread wins")
  @State
  public static class CompareAndSet {
    private final Place place = new Place();

    /** Competes through the first mapping. */
    @Actor
    public void here(III_Result r) {
      r.r1 = Place.INT.compareAndSet(place.here, Place.DATA, 0, 1) ? 1 : 0;
    }

    /** Competes through the second mapping. */
    @Actor
    public void there(III_Result r) {
      r.r2 = Place.INT.compareAndSet(place.there, Place.DATA, 0, 2) ? 1 : 0;
    }

    /** Reads which thread has won. */
    @Arbiter
    public void end(III_Result r) {
      r.r3 = place.here.get(JAVA_INT, Place.DATA);
    }
  }

  /** A long is written atomically. */
  @JCStressTest
  @Outcome(
      id = {"0", "-1"},
      expect = ACCEPTABLE,
      desc = "all bytes or none")
  @Outcome(expect = FORBIDDEN, desc = "some of the bytes")
  @State
  public static class Whole {
    private final Place place = new Place();

    /** Writes all bytes. */
    @Actor
    public void write() {
      place.here.set(JAVA_LONG, Place.DATA, -1L);
    }

    /** Reads all bytes. */
    @Actor
    public void read(J_Result r) {
      r.r1 = place.there.get(JAVA_LONG, Place.DATA);
    }
  }
}
