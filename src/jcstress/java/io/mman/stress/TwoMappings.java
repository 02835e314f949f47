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

/** Two mappings of one file are one memory: what orders accesses to a variable orders these. */
public final class TwoMappings {
  private TwoMappings() {}

  /** Some bytes of a file of which no other test has any, seen through both of its mappings. */
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

    /** Comes round again long after the test that had the bytes before is over. */
    Place() {
      long offset = NEXT.getAndIncrement() % PLACES * BYTES;
      here = HERE.asSlice(offset, BYTES);
      there = THERE.asSlice(offset, BYTES);
      here.fill((byte) 0);
    }
  }

  /** What was written before a release is there after the acquire that saw it. */
  @JCStressTest
  @Outcome(
      id = {"0, 0", "0, 1", "1, 1"},
      expect = ACCEPTABLE,
      desc = "in order")
  @Outcome(id = "1, 0", expect = FORBIDDEN, desc = "the flag without the data")
  @State
  public static class ReleaseAcquire {
    private final Place place = new Place();

    /** Sends. */
    @Actor
    public void write() {
      place.here.set(JAVA_INT, Place.DATA, 1);
      Place.INT.setRelease(place.here, Place.FLAG, 1);
    }

    /** Receives. */
    @Actor
    public void read(II_Result r) {
      r.r1 = (int) Place.INT.getAcquire(place.there, Place.FLAG);
      r.r2 = place.there.get(JAVA_INT, Place.DATA);
    }
  }

  /** Nothing orders plain accesses, but no value comes from nowhere. */
  @JCStressTest
  @Outcome(
      id = {"0, 0", "0, 1", "1, 1"},
      expect = ACCEPTABLE,
      desc = "in order")
  @Outcome(id = "1, 0", expect = ACCEPTABLE_INTERESTING, desc = "out of order")
  @State
  public static class Plain {
    private final Place place = new Place();

    /** Sends. */
    @Actor
    public void write() {
      place.here.set(JAVA_INT, Place.DATA, 1);
      place.here.set(JAVA_INT, Place.FLAG, 1);
    }

    /** Receives. */
    @Actor
    public void read(II_Result r) {
      r.r1 = place.there.get(JAVA_INT, Place.FLAG);
      r.r2 = place.there.get(JAVA_INT, Place.DATA);
    }
  }

  /** Of two volatile writes at least one is seen by the reader that follows the other. */
  @JCStressTest
  @Outcome(
      id = {"0, 1", "1, 0", "1, 1"},
      expect = ACCEPTABLE,
      desc = "in some order")
  @Outcome(id = "0, 0", expect = FORBIDDEN, desc = "in none")
  @State
  public static class Volatile {
    private final Place place = new Place();

    /** Writes the one, reads the other. */
    @Actor
    public void here(II_Result r) {
      Place.INT.setVolatile(place.here, Place.DATA, 1);
      r.r1 = (int) Place.INT.getVolatile(place.here, Place.FLAG);
    }

    /** Writes the other, reads the one. */
    @Actor
    public void there(II_Result r) {
      Place.INT.setVolatile(place.there, Place.FLAG, 1);
      r.r2 = (int) Place.INT.getVolatile(place.there, Place.DATA);
    }
  }

  /** One of two threads wins. */
  @JCStressTest
  @Outcome(
      id = {"1, 0, 1", "0, 1, 2"},
      expect = ACCEPTABLE,
      desc = "one of them")
  @Outcome(expect = FORBIDDEN, desc = "both or none")
  @State
  public static class CompareAndSet {
    private final Place place = new Place();

    /** One. */
    @Actor
    public void here(III_Result r) {
      r.r1 = Place.INT.compareAndSet(place.here, Place.DATA, 0, 1) ? 1 : 0;
    }

    /** The other. */
    @Actor
    public void there(III_Result r) {
      r.r2 = Place.INT.compareAndSet(place.there, Place.DATA, 0, 2) ? 1 : 0;
    }

    /** Who has won. */
    @Arbiter
    public void end(III_Result r) {
      r.r3 = place.here.get(JAVA_INT, Place.DATA);
    }
  }

  /** A long is written as a whole. */
  @JCStressTest
  @Outcome(
      id = {"0", "-1"},
      expect = ACCEPTABLE,
      desc = "all of it or nothing")
  @Outcome(expect = FORBIDDEN, desc = "a part of it")
  @State
  public static class Whole {
    private final Place place = new Place();

    /** Writes. */
    @Actor
    public void write() {
      place.here.set(JAVA_LONG, Place.DATA, -1L);
    }

    /** Reads. */
    @Actor
    public void read(J_Result r) {
      r.r1 = place.there.get(JAVA_LONG, Place.DATA);
    }
  }
}
