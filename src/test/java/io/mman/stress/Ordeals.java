package io.mman.stress;

import static io.mman.testing.Views.assertMarked;
import static io.mman.testing.Views.assertZero;
import static io.mman.testing.Views.mark;

import io.mman.Errno;
import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.Mman;
import io.mman.MmanException;
import io.mman.NativeFile;
import io.mman.Protection;
import io.mman.testing.Elsewhere;
import io.mman.testing.ProcMaps;
import io.mman.testing.Views;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import java.util.function.Consumer;

/** Situations that would crash the JVM if a region were wrong, each in a JVM of its own. */
final class Ordeals {
  private static final long PAGE = Mman.pageSize();
  private static final long HUGE = 2 << 20;

  private Ordeals() {}

  public static void main(String... arguments) throws Throwable {
    switch (arguments[0]) {
      case "spareHugePages" -> spareHugePages();
      case "partOfHugePages" -> partOfHugePages();
      case "stackOverflow" -> stackOverflow();
      case "sealedPart" -> sealedPart();
      case "sealedPartInReserve" -> sealedPartInReserve();
      case "arenaClosesMeanwhile" -> arenaClosesMeanwhile();
      case "fileIsCutMeanwhile" -> fileIsCutMeanwhile();
      default -> throw new IllegalArgumentException(arguments[0]);
    }
    System.out.println("survived");
  }

  /** The pages up to the end of a huge page have another protection than the region. */
  private static void spareHugePages() {
    for (boolean reserve : new boolean[] {true, false}) {
      Mapping mapping = Mapping.anonymous(HUGE + PAGE).hugePages();
      try (MappedRegion region = (reserve ? mapping.reserve(8 * HUGE) : mapping).mapConfined()) {
        mark(region.segment());
        region.protect(Protection.READ);
        region.resize(PAGE);
        region.protect(Protection.NONE);
        region.resize(0);
        region.resize(10);
        region.protect(Protection.READ);
        region.resize(3 * PAGE);
        region.protect(Protection.READ_WRITE);
        assertZero(region.resize(3 * HUGE), 10, 3 * HUGE);
      }
    }
  }

  /** A part has more pages to move than its bytes alone would need. */
  private static void partOfHugePages() {
    MappedRegion first = Mapping.anonymous(HUGE + PAGE).hugePages().mapConfined();
    first.segment().fill((byte) 1);
    MappedRegion rest = first.split(HUGE - PAGE);
    for (long size = 2 * PAGE + 1; size < 3 * HUGE; size += 50 * PAGE + 7) {
      rest.resize(size).fill((byte) 2);
      first.resize(first.size() + 11 * PAGE + 5).fill((byte) 3);
    }
    rest.close();
    first.close();
  }

  /** A stack overflow anywhere in a change leaves a region that works or is closed. */
  private static void stackOverflow() throws Throwable {
    for (Consumer<MappedRegion> change : changes()) {
      changeOnce(Mapping.anonymous(4 * PAGE), change); // or a class would fail to initialize
      changeOnce(Mapping.anonymous(4 * PAGE).guardPages(), change);
      Thread thread =
          new Thread(null, () -> changeAtEachDepth(change, new int[1]), "small stack", 256 << 10);
      Throwable[] failure = new Throwable[1];
      thread.setUncaughtExceptionHandler((t, e) -> failure[0] = e);
      thread.start();
      thread.join();
      if (failure[0] != null) {
        throw failure[0];
      }
    }
  }

  private static Consumer<MappedRegion>[] changes() {
    @SuppressWarnings({"unchecked", "rawtypes"})
    Consumer<MappedRegion>[] changes =
        new Consumer[] {
          (Consumer<MappedRegion>) r -> r.resize(40 * PAGE),
          (Consumer<MappedRegion>) r -> r.resize(PAGE),
          (Consumer<MappedRegion>) r -> r.protect(Protection.NONE),
          (Consumer<MappedRegion>) r -> r.join(r.split(2 * PAGE)),
          (Consumer<MappedRegion>) MappedRegion::close
        };
    return changes;
  }

  private static void changeAtEachDepth(Consumer<MappedRegion> change, int[] calls) {
    try {
      changeAtEachDepth(change, calls);
    } catch (StackOverflowError deepest) {
      // From here on the way up there is a little more of the stack each time.
    }
    if (calls[0]++ < 300) {
      for (Mapping mapping :
          new Mapping[] {Mapping.anonymous(4 * PAGE), Mapping.anonymous(4 * PAGE).guardPages()}) {
        changeOnce(mapping, change);
      }
    }
  }

  private static void changeOnce(Mapping mapping, Consumer<MappedRegion> change) {
    MappedRegion region = null;
    try {
      region = mapping.mapShared();
      region.segment().fill((byte) 7);
      change.accept(region);
      region.close();
      return;
    } catch (StackOverflowError expected) {
      // Does the region do what it promises?
    }
    try {
      if (region != null && region.isAlive()) {
        use(region);
      }
    } catch (StackOverflowError | IllegalStateException closed) {
      // Neither is a crash.
    }
  }

  private static void use(MappedRegion region) {
    MemorySegment view = region.segment();
    if (view.getAtIndex(java.lang.foreign.ValueLayout.JAVA_BYTE, 0) != 7) {
      throw new AssertionError("other bytes");
    }
    view.asReadOnly().mismatch(view);
    if (!view.isReadOnly()) {
      view.fill((byte) 7);
    }
    region.close();
    region.close();
  }

  /** Of several areas the kernel may move some and then fail. */
  private static void sealedPart() {
    MappedRegion region = Mapping.anonymous(4 * PAGE).mapConfined();
    long address = region.segment().address();
    mark(region.segment());
    Mman.mseal(page(address, 2));
    region.lock(0, PAGE); // so that it is several areas
    try {
      region.resize(10 * PAGE);
      throw new AssertionError("moved");
    } catch (MmanException refused) {
      require(refused.error() == Errno.EPERM);
    }
    if (region.isAlive()) {
      assertMarked(region.segment(), 0, 4 * PAGE);
    }
    region.close();
    region.close();
  }

  /** If the old protection cannot be restored, no change of the region creates a view. */
  private static void sealedPartInReserve() {
    MappedRegion region = Mapping.anonymous(4 * PAGE).reserve(20 * PAGE).mapConfined();
    long address = region.segment().address();
    mark(region.segment());
    Mman.mseal(page(address, 1));
    try {
      region.protect(Protection.NONE);
      throw new AssertionError("unsealed");
    } catch (MmanException refused) {
      require(refused.error() == Errno.EPERM);
    }
    for (long size : new long[] {5 * PAGE, 6 * PAGE - 1, 4 * PAGE}) {
      region.resize(size);
      try {
        assertMarked(region.segment(), 0, 4 * PAGE);
      } catch (IllegalStateException blind) {
        require(region.isAlive());
      }
    }
  }

  /** An arena that closes while a region grows must not have pages mapped into what it unmapped. */
  private static void arenaClosesMeanwhile() throws Throwable {
    try (NativeFile file = NativeFile.memory("race", 64 * PAGE)) {
      for (int i = 0; i < 200; i++) {
        Arena arena = Arena.ofShared();
        Mapping mapping = Mapping.file(file).range(0, PAGE).reserve(64 * PAGE);
        MappedRegion region = mapping.map(arena);
        Elsewhere grower = Elsewhere.start(() -> growUntilClosed(region));
        while (region.size() < 2 * PAGE) {
          Thread.onSpinWait();
        }
        closeAtLast(arena);
        grower.join();
        // The JVM may have mapped something there meanwhile.
        require(ProcMaps.all().stream().noneMatch(area -> area.path().contains("memfd:race")));
      }
    }
  }

  private static void growUntilClosed(MappedRegion region) {
    try {
      for (long size = 2 * PAGE; size <= 64 * PAGE; size += PAGE) {
        region.resize(size);
      }
    } catch (IllegalStateException closed) {
      // The documented result.
    }
  }

  /** A file is never truncated under a region, even if both change at the same time. */
  private static void fileIsCutMeanwhile() throws Throwable {
    try (NativeFile file = NativeFile.memory("truncated", 16 * PAGE)) {
      Mapping mapping = Mapping.file(file).range(0, 1).protection(Protection.READ_WRITE);
      MappedRegion reserved = mapping.reserve(16 * PAGE).mapShared();
      MappedRegion moving = mapping.mapShared();
      Elsewhere one = Elsewhere.start(() -> changeAtRandom(reserved, 1));
      Elsewhere two = Elsewhere.start(() -> changeAtRandom(moving, 2));
      Elsewhere reader = Elsewhere.start(() -> readUntilClosed(reserved));
      Random random = new Random(3);
      while (!one.isDone() || !two.isDone()) {
        try {
          file.resize(random.nextLong(16 * PAGE));
        } catch (IllegalStateException covered) {
          Thread.onSpinWait();
        }
      }
      one.join();
      two.join();
      reserved.close();
      moving.close();
      reader.join();
      file.resize(0);
    }
  }

  private static void readUntilClosed(MappedRegion region) {
    while (region.isAlive()) {
      try {
        MemorySegment view = region.segment();
        for (long i = view.byteSize() - 1; i >= 0; i -= PAGE) {
          Views.byteAt(view, i);
        }
      } catch (IllegalStateException revoked) {
        Thread.onSpinWait();
      }
    }
  }

  private static void changeAtRandom(MappedRegion region, long seed) {
    Random random = new Random(seed);
    for (int i = 0; i < 200; i++) {
      try {
        MemorySegment view = region.resize(random.nextLong(16 * PAGE));
        view.fill((byte) i);
        MappedRegion rest = region.split(view.byteSize() / 2 / PAGE * PAGE);
        region.segment().fill((byte) i);
        rest.segment().fill((byte) i);
        region.join(rest);
      } catch (IllegalArgumentException pastTheEnd) {
        region.segment().fill((byte) i);
      }
    }
  }

  private static void closeAtLast(Arena arena) {
    while (arena.scope().isAlive()) {
      try {
        arena.close();
      } catch (IllegalStateException inUse) {
        Thread.onSpinWait();
      }
    }
  }

  private static MemorySegment page(long address, long number) {
    return MemorySegment.ofAddress(address + number * PAGE).reinterpret(PAGE);
  }

  private static void require(boolean condition) {
    if (!condition) {
      throw new AssertionError();
    }
  }
}
