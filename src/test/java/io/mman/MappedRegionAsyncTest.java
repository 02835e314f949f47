package io.mman;

import static io.mman.testing.Views.assertAlive;
import static io.mman.testing.Views.assertRevoked;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.internal.thread.LibraryThreads;
import io.mman.testing.Elsewhere;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The calls that complete a future. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MappedRegionAsyncTest {
  private static final long PAGE = Mman.pageSize();
  private static final int ACTIONS = 12;

  @TempDir Path folder;

  /** Each begins one call in all four ways. */
  enum Call {
    SYNC {
      @Override
      CompletableFuture<Void> all(MappedRegion region) {
        return region.syncAsync();
      }

      @Override
      CompletableFuture<Void> all(MappedRegion region, Executor executor) {
        return region.syncAsync(executor);
      }

      @Override
      CompletableFuture<Void> part(MappedRegion region, long offset, long length) {
        return region.syncAsync(offset, length);
      }

      @Override
      CompletableFuture<Void> part(MappedRegion region, long from, long length, Executor executor) {
        return region.syncAsync(from, length, executor);
      }
    },
    POPULATE {
      @Override
      CompletableFuture<Void> all(MappedRegion region) {
        return region.populateAsync();
      }

      @Override
      CompletableFuture<Void> all(MappedRegion region, Executor executor) {
        return region.populateAsync(executor);
      }

      @Override
      CompletableFuture<Void> part(MappedRegion region, long offset, long length) {
        return region.populateAsync(offset, length);
      }

      @Override
      CompletableFuture<Void> part(MappedRegion region, long from, long length, Executor executor) {
        return region.populateAsync(from, length, executor);
      }
    };

    abstract CompletableFuture<Void> all(MappedRegion region);

    abstract CompletableFuture<Void> all(MappedRegion region, Executor executor);

    abstract CompletableFuture<Void> part(MappedRegion region, long offset, long length);

    abstract CompletableFuture<Void> part(
        MappedRegion region, long from, long length, Executor executor);

    /** Returns all four ways, for the whole region or for a range. */
    List<Function<MappedRegion, CompletableFuture<Void>>> ways(
        long offset, long length, Executor executor) {
      return List.of(
          region -> all(region),
          region -> all(region, executor),
          region -> part(region, offset, length),
          region -> part(region, offset, length, executor));
    }
  }

  /** Keeps the tasks until the test runs them. */
  private static final class Waiting implements Executor {
    private final Queue<Runnable> tasks = new ArrayDeque<>();

    @Override
    public void execute(Runnable task) {
      tasks.add(task);
    }

    void runOne() {
      tasks.remove().run();
    }
  }

  private static void await(CompletableFuture<Void> future) throws Exception {
    assertNull(future.get(60, TimeUnit.SECONDS));
  }

  @Test
  void thePagesAreInMemoryAfterwards() throws Exception {
    int calls = 0;
    for (var way : Call.POPULATE.ways(2 * PAGE + 1, 10, Runnable::run)) {
      try (MappedRegion region = Mapping.anonymous(5 * PAGE).mapShared()) {
        await(way.apply(region));
        assertTrue(region.isResident(2 * PAGE, 1));
        assertEquals(calls < 2 ? 5 : 1, region.residentPages(0, 5 * PAGE));
      }
      calls++;
    }
  }

  @ParameterizedTest
  @EnumSource
  @SuppressWarnings("try") // closes one earlier
  void wrongArgumentsThrowAtOnce(Call call) throws Throwable {
    Waiting executor = new Waiting();
    try (MappedRegion region = Mapping.anonymous(PAGE).mapShared();
        MappedRegion confined = Mapping.anonymous(PAGE).mapConfined();
        Arena arena = Arena.ofConfined()) {
      assertThrows(NullPointerException.class, () -> call.all(region, null));
      assertThrows(NullPointerException.class, () -> call.part(region, -1, 1, null));
      for (long[] range : new long[][] {{-1, 1}, {0, PAGE + 1}, {PAGE + 1, 0}, {0, -1}}) {
        for (var way : call.ways(range[0], range[1], executor).subList(2, 4)) {
          assertThrows(IndexOutOfBoundsException.class, () -> way.apply(region));
        }
      }
      assertThrows(
          IndexOutOfBoundsException.class, () -> call.part(region, 0, Long.MIN_VALUE, executor));
      MappedRegion borrowed = Mapping.anonymous(PAGE).map(arena);
      for (var way : call.ways(0, 1, executor)) {
        for (MappedRegion own :
            List.of(confined, borrowed, MappedRegion.of(arena.allocate(10, 1)))) {
          assertThrows(IllegalStateException.class, () -> way.apply(own));
          Elsewhere.run(() -> assertThrows(WrongThreadException.class, () -> way.apply(own)));
        }
      }
      region.close(); // nothing is in flight
      for (var way : call.ways(0, 1, executor)) {
        assertThrows(IllegalStateException.class, () -> way.apply(region));
      }
    }
    assertEquals(0, executor.tasks.size());
  }

  @Test
  void anEmptyRangeCompletes() throws Exception {
    Path path = Files.createFile(folder.resolve("empty"));
    for (Call call : Call.values()) {
      try (MappedRegion empty = Mapping.file(path).mapShared();
          MappedRegion region = Mapping.anonymous(PAGE).mapShared()) {
        for (var way : call.ways(0, 0, Runnable::run)) {
          await(way.apply(empty));
        }
        await(call.part(region, PAGE, 0));
      }
    }
  }

  @Test
  void aFailureCompletesTheFuture() throws Exception {
    Path path = folder.resolve("file");
    try (MappedRegion region = Mapping.file(path).create(2 * PAGE).mapShared()) {
      try (var channel = Files.newByteChannel(path, StandardOpenOption.WRITE)) {
        channel.truncate(PAGE);
      }
      for (var way : Call.POPULATE.ways(PAGE, 1, Runnable::run)) {
        CompletableFuture<Void> future = way.apply(region);
        var wrapped = assertThrows(CompletionException.class, future::join);
        MmanException cause = assertInstanceOf(MmanException.class, wrapped.getCause());
        assertEquals(Errno.EFAULT, cause.error());
        assertEquals(cause, future.exceptionNow());
      }
      await(region.populateAsync(0, 1)); // the region is still usable
    }
  }

  /** In which ways a region ends, or its views. */
  enum Change {
    CLOSE,
    PROTECT,
    RESIZE,
    GROUP_CLOSE
  }

  @ParameterizedTest
  @EnumSource
  void aChangeWaitsUntilTheFutureIsComplete(Change change) throws Throwable {
    Waiting executor = new Waiting();
    RegionGroup group = RegionGroup.open();
    Mapping mapping = Mapping.anonymous(2 * PAGE);
    MappedRegion region = change == Change.GROUP_CLOSE ? mapping.map(group) : mapping.mapShared();
    MemorySegment view = region.segment();
    CompletableFuture<Void> first = region.syncAsync(executor);
    CompletableFuture<Void> second = region.populateAsync(0, 1, executor);
    Elsewhere changer =
        Elsewhere.start(
                () -> {
                  switch (change) {
                    case CLOSE -> region.close();
                    case PROTECT -> region.protect(Protection.READ);
                    case RESIZE -> region.resize(PAGE);
                    case GROUP_CLOSE -> group.close();
                  }
                  assertTrue(first.isDone() && second.isDone());
                })
            .awaitWaiting();
    executor.runOne();
    await(first);
    changer.awaitWaiting();
    assertAlive(view);
    executor.runOne();
    changer.join();
    await(second);
    assertRevoked(view);
    region.close();
  }

  /** More actions than the library has threads wait for each other, and close the region. */
  @Test
  void actionsThatDependOnTheFutureMayWait() throws Exception {
    CountDownLatch gate = new CountDownLatch(1);
    CountDownLatch running = new CountDownLatch(ACTIONS);
    for (int i = 0; i < 4; i++) { // as many as there are threads
      LibraryThreads.execute(() -> await(gate));
    }
    MappedRegion region = Mapping.anonymous(PAGE).mapShared();
    List<CompletableFuture<Void>> closed = new ArrayList<>();
    for (int i = 0; i < ACTIONS; i++) {
      closed.add(
          region
              .syncAsync()
              .thenRun(
                  () -> {
                    running.countDown();
                    await(running);
                    region.close();
                  }));
    }
    gate.countDown();
    for (CompletableFuture<Void> each : closed) {
      await(each);
    }
    assertFalse(region.isAlive());
  }

  private static void await(CountDownLatch latch) {
    try {
      assertTrue(latch.await(10, TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void anActionMayCloseOnTheThreadOfTheCall() throws Exception {
    MappedRegion region = Mapping.anonymous(PAGE).mapShared();
    Waiting executor = new Waiting();
    CompletableFuture<Void> closed = region.syncAsync(executor).thenRun(region::close);
    executor.runOne(); // on this thread, which ends the call before
    await(closed);
    assertFalse(region.isAlive());
  }

  @Test
  void afterCloseTheFutureIsComplete() throws Exception {
    for (int round = 0; round < 100; round++) {
      MappedRegion region = Mapping.anonymous(PAGE).mapShared();
      CompletableFuture<Void> future = region.syncAsync();
      region.close();
      assertTrue(future.isDone());
      await(future);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aRejectedCallReleasesTheRegion(Call call) {
    MappedRegion region = Mapping.anonymous(PAGE).mapShared();
    ExecutorService executor = Executors.newSingleThreadExecutor();
    executor.close();
    assertThrows(RejectedExecutionException.class, () -> call.all(region, executor));
    Executor runsAndRejects =
        task -> {
          task.run();
          task.run();
          throw new RejectedExecutionException();
        };
    assertThrows(RejectedExecutionException.class, () -> call.all(region, runsAndRejects));
    Waiting rejectsAndRuns = new Waiting();
    assertThrows(
        RejectedExecutionException.class,
        () ->
            call.all(
                region,
                task -> {
                  rejectsAndRuns.execute(task);
                  throw new RejectedExecutionException();
                }));
    rejectsAndRuns.runOne();
    region.close();
  }

  @ParameterizedTest
  @EnumSource
  void aCancelledCallReleasesTheRegionWhenItsTaskEnds(Call call) throws Throwable {
    Waiting executor = new Waiting();
    MappedRegion region = Mapping.anonymous(PAGE).mapShared();
    CompletableFuture<Void> future = call.all(region, executor);
    assertTrue(future.cancel(true));
    Elsewhere closer = Elsewhere.start(region::close).awaitWaiting();
    executor.runOne();
    closer.join();
    assertTrue(future.isCancelled());
  }

  @ParameterizedTest
  @EnumSource
  void anotherArenaThatIsClosedBeforeFailsTheFuture(Call call) throws Exception {
    Waiting executor = new Waiting();
    CompletableFuture<Void> late;
    try (Arena arena = Arena.ofShared()) {
      MappedRegion region = Mapping.anonymous(PAGE).map(arena);
      late = call.all(region, executor);
      CompletableFuture<Void> detached = call.all(region, executor);
      CompletableFuture<Void> last = call.all(MappedRegion.of(region.segment()), executor);
      executor.tasks.add(executor.tasks.remove()); // the first goes last
      region.close(); // ends this object only, and neither waits nor takes the pages away
      executor.runOne();
      await(detached);
      executor.runOne();
      await(last);
    }
    executor.runOne();
    assertInstanceOf(IllegalStateException.class, late.exceptionNow());
  }

  @Test
  void theThreadsAreDaemonsThatInheritNothingAndEnd() throws Exception {
    ClassLoader before = Thread.currentThread().getContextClassLoader();
    InheritableThreadLocal<String> local = new InheritableThreadLocal<>();
    local.set("inherited");
    Thread.currentThread().setContextClassLoader(new ClassLoader(before) {});
    try (MappedRegion region = Mapping.anonymous(PAGE).mapShared()) {
      for (int i = 0; i < 20; i++) {
        await(region.syncAsync());
      }
    } finally {
      Thread.currentThread().setContextClassLoader(before);
    }
    List<Thread> threads = libraryThreads();
    assertTrue(!threads.isEmpty() && threads.size() <= 4, threads::toString);
    for (Thread thread : threads) {
      assertTrue(thread.isDaemon());
      assertEquals(ClassLoader.getSystemClassLoader(), thread.getContextClassLoader());
      assertTrue(thread.join(Duration.ofSeconds(60)), "does not end by itself");
    }
  }

  private static List<Thread> libraryThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().matches("mman-[0-9]+"))
        .toList();
  }

  @Test
  void segmentsThatAreMappedElsewhereCanBeUsed() throws Exception {
    try (Arena arena = Arena.ofShared()) {
      MemorySegment memory = arena.allocate(3 * PAGE, PAGE);
      MappedRegion region = MappedRegion.of(memory);
      memory.set(JAVA_BYTE, 0, (byte) 1);
      await(region.populateAsync());
      await(region.syncAsync());
    }
  }
}
