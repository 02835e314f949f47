package io.mman;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.mman.testing.Pages;
import io.mman.testing.ProcMaps;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Rules for all methods that take memory. */
class MmanSegmentTest {
  private static final long SIZE = Pages.SIZE;
  private static final MemorySegment NATIVE = Arena.global().allocate(SIZE, SIZE);
  private static final Set<MapFlag> MEMORY = Set.of(MapFlag.PRIVATE, MapFlag.ANONYMOUS);
  private static final Set<RemapFlag> MAYMOVE = Set.of(RemapFlag.MAYMOVE);

  /** Every method of the facade with a segment; all are harmless for a private page. */
  private static final Map<String, Consumer<MemorySegment>> CALLS =
      Map.ofEntries(
          Map.entry("mmap", at -> Mman.mmap(at, SIZE, Protection.NONE, MEMORY, -1, 0)),
          Map.entry("munmap", Mman::munmap),
          Map.entry("mprotect", range -> Mman.mprotect(range, Protection.READ)),
          Map.entry("madvise", range -> Mman.madvise(range, Advice.NORMAL)),
          Map.entry("msync", range -> Mman.msync(range)),
          Map.entry("mremap", range -> Mman.mremap(range, SIZE, MAYMOVE)),
          Map.entry("mremap to", to -> Mman.mremap(MemorySegment.NULL, SIZE, MAYMOVE, to)),
          Map.entry("mlock", range -> Mman.mlock(range)),
          Map.entry("mlock2", range -> Mman.mlock(range, LockFlag.ONFAULT)),
          Map.entry("munlock", Mman::munlock),
          Map.entry("mincore", range -> Mman.mincore(range, NATIVE)),
          Map.entry("mincore vec", vec -> Mman.mincore(NATIVE, vec)),
          Map.entry("mseal", Mman::mseal));

  /** A range of one page, and its arena. */
  private static MemorySegment page(Arena arena) {
    return MemorySegment.ofAddress(NATIVE.address()).reinterpret(SIZE, arena, null);
  }

  @Test
  void memoryOnTheHeapIsRefused() {
    MemorySegment heap = MemorySegment.ofArray(new long[(int) SIZE / 8]);
    CALLS.forEach(
        (name, call) ->
            assertThrows(IllegalArgumentException.class, () -> call.accept(heap), name));
  }

  @Test
  void memoryOfAClosedArenaIsRefused() {
    MemorySegment closed;
    try (Arena arena = Arena.ofConfined()) {
      closed = page(arena);
    }
    CALLS.forEach(
        (name, call) -> assertThrows(IllegalStateException.class, () -> call.accept(closed), name));
  }

  @Test
  void memoryOfAnotherThreadIsRefused() throws InterruptedException, ExecutionException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment confined = page(arena);
      CompletableFuture.runAsync(
              () ->
                  CALLS.forEach(
                      (name, call) ->
                          assertThrows(
                              WrongThreadException.class, () -> call.accept(confined), name)))
          .get();
    }
  }

  @Test
  void nothingAtAllIsRefused() {
    CALLS.forEach(
        (name, call) -> assertThrows(NullPointerException.class, () -> call.accept(null), name));
    assertThrows(
        NullPointerException.class, () -> Mman.mmap(MemorySegment.NULL, SIZE, null, MEMORY, -1, 0));
    assertThrows(
        NullPointerException.class,
        () -> Mman.mmap(MemorySegment.NULL, SIZE, Protection.READ, null, -1, 0));
    assertThrows(NullPointerException.class, () -> Mman.madvise(NATIVE, null));
    assertThrows(NullPointerException.class, () -> Mman.mprotect(NATIVE, null));
    assertThrows(NullPointerException.class, () -> Mman.msync(NATIVE, (SyncFlag) null));
    assertThrows(NullPointerException.class, () -> Mman.mlock(NATIVE, (LockFlag) null));
  }

  /** Only its address is used, not its contents, so a read-only segment is enough. */
  @Test
  void memoryThatIsReadOnlyIsARangeLikeAnyOther() {
    try (Pages pages = Pages.anonymous(1)) {
      MemorySegment readOnly = pages.segment().asReadOnly();
      Mman.madvise(readOnly, Advice.NORMAL);
      Mman.mprotect(readOnly, Protection.NONE);
      assertEquals("---p", ProcMaps.of(readOnly).perms());
    }
  }

  /** Otherwise a late call could change memory that is already in use again. */
  @Test
  void anArenaCannotCloseDuringACall() {
    try (Pages pages = Pages.anonymous(1 << 14);
        ExecutorService other = Executors.newSingleThreadExecutor()) {
      // If the call has not begun or has ended already, another one is tried.
      assertTimeoutPreemptively(
          Duration.ofMinutes(1),
          () -> {
            while (!closeIsRefusedDuringCall(pages.segment(), other)) {
              Mman.madvise(pages.segment(), Advice.DONTNEED);
            }
          });
    }
  }

  private static boolean closeIsRefusedDuringCall(MemorySegment memory, ExecutorService other)
      throws InterruptedException, ExecutionException {
    Arena arena = Arena.ofShared();
    MemorySegment range =
        MemorySegment.ofAddress(memory.address()).reinterpret(memory.byteSize(), arena, null);
    CountDownLatch begun = new CountDownLatch(1);
    Future<?> call =
        other.submit(
            () -> {
              begun.countDown();
              try {
                Mman.madvise(range, Advice.POPULATE_WRITE);
              } catch (IllegalStateException closed) {
                // The arena was closed before the call.
              }
            });
    begun.await();
    Thread.sleep(1);
    boolean refused = closeIsRefused(arena);
    call.get();
    assertEquals(refused, arena.scope().isAlive());
    assertEquals(false, refused && closeIsRefused(arena));
    return refused;
  }

  private static boolean closeIsRefused(Arena arena) {
    try {
      arena.close();
      return false;
    } catch (IllegalStateException acquired) {
      return true;
    }
  }
}
