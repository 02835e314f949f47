package io.mman.stress;

import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import io.mman.Advice;
import io.mman.Errno;
import io.mman.LockFlag;
import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.Mman;
import io.mman.MmanException;
import io.mman.NativeFile;
import io.mman.Protection;
import io.mman.RegionGroup;
import io.mman.testing.Samples;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Closes regions while threads make all calls of a region, and another thread maps canaries at the
 * freed addresses. Some regions survive bus errors, and their file is truncated.
 */
final class AddressReuse {
  private static final long PAGE = Mman.pageSize();
  private static final long BYTES = 8 * PAGE;
  private static final int USERS = 3;
  private static final int MOST_AWAITED = 4;

  /** Canaries are checked in batches, because reading smaps takes long. */
  private static final int BATCH = 16;

  /** The calls on a region; each would change a canary. */
  private static final List<Consumer<MappedRegion>> USES =
      List.of(
          r -> r.protect(Protection.READ),
          r -> r.protect(Protection.READ_WRITE),
          r -> r.segment().fill((byte) 9),
          r -> r.write(PAGE - 1, MemorySegment.ofArray(new byte[] {9, 9})),
          r -> r.read(PAGE - 1, MemorySegment.ofArray(new byte[2])),
          r -> r.advise(Advice.DONTNEED),
          r -> r.advise(Advice.DONTFORK),
          MappedRegion::lock,
          r -> r.lock(LockFlag.ONFAULT),
          MappedRegion::unlock,
          MappedRegion::sync,
          MappedRegion::populate,
          MappedRegion::residency,
          r -> r.residentPages(0, BYTES),
          r -> r.resize(2 * BYTES),
          r -> r.resize(BYTES),
          AddressReuse::splitAndJoin,
          MappedRegion::restore,
          MappedRegion::requireIntact);

  /** A region and the way to close it, which may fail like the close of an arena in use. */
  private record Subject(MappedRegion region, Runnable end, boolean mayBeInUse) {}

  private final NativeFile file = NativeFile.memory("reuse", 2 * BYTES);
  private final Path unsteady;
  private final Canaries canaries = new Canaries(BYTES);
  private final AtomicReference<@Nullable MappedRegion> current = new AtomicReference<>();
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private final AtomicLong[] uses = new AtomicLong[USERS];

  private AddressReuse(Path unsteady) {
    this.unsteady = unsteady;
  }

  public static void main(String... arguments) throws Exception {
    int rounds = Integer.parseInt(arguments[1]);
    Path unsteady = Samples.file(Path.of(arguments[0]), 2 * BYTES);
    new AddressReuse(unsteady).run(rounds);
    System.out.println("fine");
  }

  private void run(int rounds) throws Exception {
    for (int i = 0; i < USERS; i++) {
      uses[i] = new AtomicLong();
      Random random = new Random(i);
      AtomicLong count = uses[i];
      start(() -> use(random, count));
    }
    start(canaries::run);
    Random random = new Random(rounds);
    for (int round = 1; round <= rounds; round++) {
      Subject subject = subject(round);
      current.set(subject.region);
      awaitUses(random.nextInt(MOST_AWAITED));
      Samples.resize(unsteady, random.nextLong(BYTES));
      canaries.aim(subject.region.segment().address());
      close(subject);
      canaries.awaitLanding();
      if (round % BATCH == 0) {
        awaitUses(2); // calls that began before the end are over now
        canaries.check();
      }
    }
    canaries.requireSome(rounds / 10);
  }

  private void start(Runnable action) {
    Thread.ofPlatform()
        .daemon()
        .start(
            () -> {
              try {
                action.run();
              } catch (Throwable e) {
                failure.compareAndSet(null, e);
              }
            });
  }

  private Subject subject(int round) throws IOException {
    Mapping memory = Mapping.anonymous(BYTES);
    switch (round % (Mman.survivesBusErrors() ? 7 : 5)) {
      case 0 -> {
        return owned(memory);
      }
      case 1 -> {
        return owned(Mapping.file(file).protection(Protection.READ_WRITE).range(0, BYTES));
      }
      case 2 -> {
        RegionGroup group = RegionGroup.open();
        return new Subject(memory.map(group), group::close, false);
      }
      case 3 -> {
        Arena arena = Arena.ofShared();
        return new Subject(memory.map(arena), arena::close, true);
      }
      case 5 -> {
        Arena arena = Arena.ofShared();
        MappedRegion region = surviving(mapping -> mapping.map(arena));
        return new Subject(region, arena::close, true);
      }
      case 6 -> {
        MappedRegion region = surviving(Mapping::mapShared);
        return new Subject(region, region::close, false);
      }
      default -> {
        Arena arena = Arena.ofShared();
        try (FileChannel channel = FileChannel.open(file.path(), READ, WRITE)) {
          MemorySegment mapped = channel.map(MapMode.READ_WRITE, 0, BYTES, arena);
          return new Subject(MappedRegion.of(mapped), arena::close, true);
        }
      }
    }
  }

  /** Maps the file that is truncated later. */
  private MappedRegion surviving(Function<Mapping, MappedRegion> map) {
    Samples.resize(unsteady, 2 * BYTES);
    return map.apply(Mapping.file(unsteady).readWrite().range(0, BYTES).surviveBusErrors());
  }

  private static Subject owned(Mapping mapping) {
    MappedRegion region = mapping.mapShared();
    return new Subject(region, region::close, false);
  }

  private static void splitAndJoin(MappedRegion region) {
    try (MappedRegion rest = region.split(PAGE)) {
      region.join(rest);
    }
  }

  private void close(Subject subject) {
    while (true) {
      try {
        subject.end.run();
        canaries.isFree();
        return;
      } catch (IllegalStateException e) {
        if (!subject.mayBeInUse) {
          throw e; // it must wait for the calls in flight
        }
      }
    }
  }

  /** Uses each region for a while, even after its end: no arena closes while it is in use. */
  private void use(Random random, AtomicLong count) {
    MappedRegion last = null;
    while (true) {
      MappedRegion region = current.get();
      int calls = region == last || region == null ? 0 : 1 + random.nextInt(2 * MOST_AWAITED);
      for (int i = 0; i < calls; i++) {
        try {
          USES.get(random.nextInt(USES.size())).accept(region);
        } catch (RuntimeException e) {
          requireExpected(e);
        }
        count.incrementAndGet();
      }
      last = region;
      count.incrementAndGet();
      Thread.yield();
    }
  }

  /** Throws what no closed, borrowed, shortened, read-only, locked or lost region throws. */
  private static void requireExpected(RuntimeException e) {
    boolean expected =
        switch (e) {
          case MmanException m ->
              m.error() == Errno.EFAULT
                  || m.error() == Errno.EINVAL
                  || m.error() == Errno.EIO
                  || (m.error() == Errno.ENOMEM && m.call().startsWith("mlock"));
          case IllegalStateException closed -> true;
          case IllegalArgumentException readOnly -> true;
          case IndexOutOfBoundsException split -> true;
          case UnsupportedOperationException borrowed -> true;
          default -> false;
        };
    if (!expected) {
      throw e;
    }
  }

  /** Waits until each user has made some more calls. */
  private void awaitUses(int more) {
    for (AtomicLong count : uses) {
      long goal = count.get() + more;
      while (count.get() < goal) {
        Throwable e = failure.get();
        if (e != null) {
          throw new AssertionError(e);
        }
        Thread.yield();
      }
    }
  }
}
