package io.mman.search;

import io.mman.MmanException;
import io.mman.NativeFile;
import io.mman.RegionGroup;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicReference;

/** Does a sequence with several threads at once, several times over, and then closes all. */
final class Storm implements Game {
  private static final int ROUNDS = 3;
  private static final long FILE_BYTES = 9 * Step.PAGE;

  private final Crew crew;
  private final Path folder;
  private final World.Shelf fixed;
  private final FileChannel sink;

  Storm(Crew crew, Path folder) throws IOException {
    this.crew = crew;
    this.folder = folder;
    this.fixed = newShelf(folder.resolve("fixed"));
    this.sink =
        FileChannel.open(
            folder.resolve("sink"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
  }

  private static World.Shelf newShelf(Path path) throws IOException {
    Files.deleteIfExists(path);
    Files.write(path, new byte[(int) FILE_BYTES]);
    NativeFile file = NativeFile.open(path, StandardOpenOption.WRITE);
    return new World.Shelf(file, World.newPattern(true));
  }

  @Override
  public boolean play(long seed, List<Step> steps) throws Exception {
    Left left = playAndClose(seed, steps);
    Remains.check(left.pages, left.garbage);
    return left.pages;
  }

  /**
   * Whether pages stay mapped until the JVM ends, and whether some do until garbage is collected.
   */
  private record Left(boolean pages, boolean garbage) {}

  private Left playAndClose(long seed, List<Step> steps) throws Exception {
    World world = new World(folder, fixed, newShelf(folder.resolve("unsteady")));
    Player player = new Player(world, sink, Step.mayLeavePages(seed));
    CyclicBarrier start = new CyclicBarrier(Step.THREADS);
    AtomicReference<Throwable> failure = new AtomicReference<>();
    crew.all(
        thread -> {
          start.await();
          for (int i = 0; i < ROUNDS * steps.size() && failure.get() == null; i++) {
            Step step = steps.get(i % steps.size());
            if (step.thread() == thread) {
              attempt(player, step, failure);
            }
          }
        });
    if (failure.get() != null) {
      throw new AssertionError(failure.get().getMessage(), failure.get());
    }
    closeAll(world);
    checkRevoked(world);
    return new Left(world.leavesPages(), world.has(Held.Kind.AUTOMATIC));
  }

  private static void attempt(Player player, Step step, AtomicReference<Throwable> failure) {
    try {
      player.play(step);
    } catch (Throwable e) {
      failure.compareAndSet(null, new AssertionError(step + ": " + e, e));
    } finally {
      // Closing a shared arena interrupts a thread that accesses a view, and a pending interrupt
      // would close the channel of the next handover.
      Thread.interrupted();
    }
  }

  private void closeAll(World world) throws Exception {
    world.allPins.forEach(io.mman.Pin::close);
    crew.all(thread -> closeOf(world, Thread.currentThread()));
    closeOf(world, null);
    world.allFiles.forEach(shelf -> shelf.file().close());
  }

  /** Closes what is confined to a thread, or to none. */
  private static void closeOf(World world, Thread owner) {
    for (Held held : world.allRegions) {
      if (held.lineage().kind == Held.Kind.OWNED && held.lineage().owner == owner) {
        try {
          held.region().close();
        } catch (MmanException e) {
          if (!held.lineage().maybeSealed()) {
            throw e;
          }
        }
      }
    }
    for (World.Lender lender : world.allLenders) {
      if (lender.owner() == owner) {
        close(lender);
      }
    }
  }

  private static void close(World.Lender lender) {
    while (lender.arena().scope().isAlive()) {
      lender.arena().close(); // once for each holder of a group
      if (!(lender.arena() instanceof RegionGroup) && lender.arena().scope().isAlive()) {
        throw new AssertionError("alive after close");
      }
    }
  }

  private static void checkRevoked(World world) {
    for (Held.View view : world.allViews()) {
      Held.Kind kind = view.from().lineage().kind;
      boolean over = kind == Held.Kind.OWNED || kind == Held.Kind.ARENA;
      if (over && view.segment().scope().isAlive()) {
        throw new AssertionError("a view outlives its region: " + view.from());
      }
      if (over && view.segment().byteSize() > 0) {
        requireClosed(view);
      }
    }
  }

  private static void requireClosed(Held.View view) {
    try {
      view.segment().get(ValueLayout.JAVA_BYTE, 0);
    } catch (IllegalStateException | WrongThreadException expected) {
      return;
    }
    throw new AssertionError("a view outlives its region: " + view.from());
  }
}
