package io.mman;

import static io.mman.testing.Views.assertAlive;
import static io.mman.testing.Views.assertRevoked;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.ipc.Futex;
import io.mman.testing.Injection;
import io.mman.testing.Pages;
import io.mman.testing.ProcMaps;
import io.mman.testing.Requirements;
import io.mman.testing.Samples;
import io.mman.testing.TracedThread;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The calls of a mirrored region: without a range for both halves, with one for its bytes. */
class MappedRegionMirroredTest {
  private static final long PAGE = Mman.pageSize();
  private static final long FIRST = 2 * PAGE;
  private static final long HALF = 4 * PAGE;

  @TempDir Path folder;

  private Path path;
  private NativeFile file;

  /** A range that neither begins nor ends with the file, so that no offset is right by chance. */
  private MappedRegion ring;

  private MemorySegment view;

  @BeforeEach
  void open() {
    path = Samples.file(folder, FIRST + HALF + 3 * PAGE);
    file = NativeFile.open(path, StandardOpenOption.WRITE);
    ring = Mapping.file(file).range(FIRST, HALF).readWrite().mirrored().mapShared();
    view = ring.segment();
  }

  @AfterEach
  void close() {
    ring.close();
    file.close();
  }

  private ProcMaps.Area half(int i) {
    return ProcMaps.figuresOf(MemorySegment.ofAddress(view.address() + i * HALF));
  }

  /** Returns bytes of the region as they were in the beginning. */
  private static byte[] sample(long offset, long length) {
    byte[] bytes = new byte[(int) length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = Samples.at(FIRST + (offset + i) % HALF);
    }
    return bytes;
  }

  @Test
  void protectChangesBothHalves() {
    MemorySegment narrow = ring.protect(Protection.READ);
    assertRevoked(view);
    assertTrue(narrow.isReadOnly());
    assertEquals(2 * HALF, narrow.byteSize());
    assertEquals("r--s r--s", half(0).perms() + " " + half(1).perms());
    assertEquals(Samples.at(FIRST), narrow.get(JAVA_BYTE, HALF));

    ring.protect(Protection.NONE);
    assertEquals("---s ---s", half(0).perms() + " " + half(1).perms());
    assertThrows(IllegalStateException.class, ring::segment);

    MemorySegment wide = ring.protect(Protection.READ_WRITE);
    assertEquals("rw-s rw-s", half(0).perms() + " " + half(1).perms());
    wide.set(JAVA_BYTE, 5, (byte) 99);
    assertEquals(99, wide.get(JAVA_BYTE, HALF + 5));
  }

  @Test
  void lockAndUnlockTakeARange() {
    ring.lock();
    assertTrue(half(0).vmFlags().contains("lo") && half(1).vmFlags().contains("lo"));
    ring.unlock(HALF - PAGE, 2 * PAGE);
    assertFalse(ProcMaps.figuresOf(view.asSlice(HALF - PAGE)).vmFlags().contains("lo"));
    assertFalse(ProcMaps.figuresOf(view.asSlice(HALF)).vmFlags().contains("lo"));
    assertTrue(ProcMaps.figuresOf(view).vmFlags().contains("lo"));
    assertTrue(ProcMaps.figuresOf(view.asSlice(HALF + PAGE)).vmFlags().contains("lo"));
    ring.unlock();
    ring.lock(HALF, 1, LockFlag.ONFAULT);
    assertFalse(ProcMaps.figuresOf(view).vmFlags().contains("lo"));
    assertTrue(ProcMaps.figuresOf(view.asSlice(HALF)).vmFlags().contains("lo"));
  }

  @Test
  void populateTakesARangeAcrossTheMiddle() {
    ring.populate(HALF, PAGE);
    assertEquals(0, half(0).figure("Rss"));
    assertTrue(half(1).figure("Rss") > 0);
    ring.advise(Advice.DONTNEED);
    ring.populate(HALF - 1, 2);
    assertTrue(half(0).figure("Rss") > 0); // with neighbours that are in memory
    assertTrue(half(1).figure("Rss") > 0);
    ring.populateAsync().join();
    assertEquals(HALF, half(0).figure("Rss"));
    assertEquals(HALF, half(1).figure("Rss"));
    ring.populateAsync(HALF - 1, 2).join();
    RegionStats stats = ring.stats();
    assertEquals(2 * HALF, stats.rss());
    assertTrue(stats.pss() <= HALF + PAGE, stats::toString); // a page and its twin share theirs
  }

  @Test
  void adviceTakesARangeAcrossTheMiddle() {
    ring.populate();
    ring.advise(Advice.DONTNEED, HALF - PAGE, 2 * PAGE);
    assertEquals(HALF - PAGE, half(0).figure("Rss"));
    assertEquals(HALF - PAGE, half(1).figure("Rss"));
    ring.advise(Advice.DONTNEED);
    assertEquals(0, half(0).figure("Rss") + half(1).figure("Rss"));
    ring.advise(Advice.DONTFORK);
    assertTrue(half(0).vmFlags().contains("dc") && half(1).vmFlags().contains("dc"));
    assertArrayEquals(sample(0, 2 * HALF), Samples.bytes(view));
  }

  @Test
  void removedPagesAreThoseOfTheFile() {
    try (NativeFile memory = NativeFile.memory("removed", FIRST + HALF + PAGE)) {
      memory.write(0, MemorySegment.ofArray(Samples.bytes(0, FIRST + HALF + PAGE)));
      try (MappedRegion other =
          Mapping.file(memory).range(FIRST, HALF).readWrite().mirrored().mapShared()) {
        other.advise(Advice.REMOVE, HALF - PAGE, 2 * PAGE);
        byte[] expected = sample(0, HALF);
        Arrays.fill(expected, 0, (int) PAGE, (byte) 0);
        Arrays.fill(expected, (int) (HALF - PAGE), (int) HALF, (byte) 0);
        assertArrayEquals(expected, Samples.bytes(other.segment().asSlice(0, HALF)));
        assertArrayEquals(expected, Samples.bytes(other.segment().asSlice(HALF)));
        byte[] after = new byte[(int) PAGE];
        memory.read(FIRST + HALF, MemorySegment.ofArray(after));
        assertArrayEquals(Samples.bytes(FIRST + HALF, PAGE), after);
      }
    }
  }

  @Test
  void syncTakesARangeAcrossTheMiddle() {
    view.fill((byte) 77);
    ring.sync(HALF - 1, 2);
    ring.sync(HALF + 5, 1, SyncFlag.ASYNC);
    ring.sync();
    ring.syncAsync().join();
    ring.syncAsync(HALF - 1, 2).join();
    assertThrows(IndexOutOfBoundsException.class, () -> ring.sync(2 * HALF - 1, 2));
    byte[] bytes = new byte[(int) HALF];
    Arrays.fill(bytes, (byte) 77);
    assertArrayEquals(bytes, Samples.read(path, FIRST, (int) HALF));
    assertArrayEquals(Samples.bytes(0, FIRST), Samples.read(path, 0, (int) FIRST));
    assertArrayEquals(
        Samples.bytes(FIRST + HALF, PAGE), Samples.read(path, FIRST + HALF, (int) PAGE));
  }

  @Test
  void residencyAnswersForBothHalves() {
    ring.populate();
    Residency all = ring.residency();
    assertEquals(2 * HALF / PAGE, all.pages());
    assertEquals(2 * HALF, all.residentBytes());
    Residency middle = ring.residency(HALF - 1, 2);
    assertEquals(2, middle.residentPages());
    assertTrue(middle.isResident(HALF - 1) && middle.isResident(HALF));
    assertTrue(ring.isResident(HALF - 1, HALF));
    assertEquals(3, ring.residentPages(HALF - PAGE, 2 * PAGE + 1));
    assertFalse(ring.prefetch(HALF - 1, HALF));
    assertEquals(0, ring.prefetch(new long[] {0, HALF - 1, HALF}, 2));
  }

  /** By the file, and by the pages: a file that the caller has closed is not read. */
  @Test
  void readContinuesAtTheStartOfTheRange() {
    for (int i = 0; i < 2; i++) {
      for (long offset : new long[] {0, HALF - 5, HALF - PAGE, HALF, HALF + 7}) {
        for (long length : new long[] {1, 10, PAGE, 2 * PAGE, 2 * HALF - offset}) {
          if (offset + length <= 2 * HALF) {
            byte[] heap = new byte[(int) length];
            assertEquals(length, ring.read(offset, MemorySegment.ofArray(heap)));
            assertArrayEquals(sample(offset, length), heap);
            assertNativeRead(offset, length);
          }
        }
      }
      file.close();
    }
  }

  private void assertNativeRead(long offset, long length) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment target = arena.allocate(length);
      assertEquals(length, ring.read(offset, target));
      assertArrayEquals(sample(offset, length), Samples.bytes(target));
    }
  }

  /** More than the buffer through which bytes get to the heap. */
  @Test
  void readOfManyPagesContinuesAtTheStart() {
    long half = 5 * (64 << 10);
    Path large = Samples.file(folder, half + PAGE);
    try (NativeFile open = NativeFile.open(large);
        MappedRegion other = Mapping.file(open).range(0, half).mirrored().mapShared()) {
      byte[] bytes = new byte[(int) half + 100];
      assertEquals(bytes.length, other.read(half - 1000, MemorySegment.ofArray(bytes)));
      for (int i = 0; i < bytes.length; i++) {
        assertEquals(Samples.at((half - 1000 + i) % half), bytes[i]);
      }
    }
  }

  @Test
  void readAndWriteAreBounded() {
    MemorySegment two = MemorySegment.ofArray(new byte[2]);
    assertThrows(IndexOutOfBoundsException.class, () -> ring.read(2 * HALF - 1, two));
    assertThrows(IndexOutOfBoundsException.class, () -> ring.write(2 * HALF - 1, two));
  }

  @Test
  void writeContinuesAtTheStartOfTheRange() {
    byte[] bytes = new byte[(int) (2 * PAGE)];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) -(i % 100);
    }
    assertEquals(bytes.length, ring.write(HALF - PAGE, MemorySegment.ofArray(bytes)));
    assertArrayEquals(
        Arrays.copyOfRange(bytes, (int) PAGE, bytes.length), Samples.read(path, FIRST, (int) PAGE));
    assertArrayEquals(
        Arrays.copyOf(bytes, (int) PAGE), Samples.read(path, FIRST + HALF - PAGE, (int) PAGE));
    assertArrayEquals(
        Samples.bytes(FIRST + HALF, PAGE), Samples.read(path, FIRST + HALF, (int) PAGE));
  }

  /** What another process has cut off is missing from both halves. */
  @Test
  void readReportsPagesThatAreMissing() {
    Samples.resize(path, FIRST + PAGE);
    byte[] page = new byte[(int) PAGE];
    for (long start : new long[] {0, HALF}) {
      assertEquals(PAGE, ring.read(start, MemorySegment.ofArray(new byte[(int) (2 * PAGE)])));
      var e =
          assertThrows(
              MmanException.class, () -> ring.read(start + PAGE, MemorySegment.ofArray(page)));
      assertEquals(Errno.EFAULT, e.error());
      assertThrows(
          MmanException.class, () -> ring.write(start + PAGE, MemorySegment.ofArray(page)));
      assertThrows(MmanException.class, () -> ring.populate(start, HALF));
    }
    assertEquals(PAGE, ring.read(HALF, MemorySegment.ofArray(page)));
    assertArrayEquals(sample(0, PAGE), page);
  }

  /** The kernel takes a byte and its twin for one word. */
  @Test
  void aWaiterIsWokenByTheTwin() throws Exception {
    view.set(JAVA_INT, 8, 0);
    Futex word = Futex.at(ring, 8);
    Futex twin = Futex.at(ring, HALF + 8);
    CompletableFuture<Boolean> woken = new CompletableFuture<>();
    Thread waiter =
        Thread.ofPlatform()
            .daemon()
            .start(
                () -> {
                  try {
                    woken.complete(twin.await(0, Duration.ofSeconds(60)));
                  } catch (InterruptedException | RuntimeException e) {
                    woken.completeExceptionally(e);
                  }
                });
    while (!woken.isDone() && word.wake(1) == 0) {
      Thread.onSpinWait();
    }
    assertTrue(woken.get(60, TimeUnit.SECONDS));
    waiter.join();
    view.set(JAVA_INT, HALF + 8, 1);
    assertTrue(word.await(0, Duration.ofSeconds(60))); // another value already
  }

  @Test
  void aPinKeepsBothHalves() {
    try (Pin pin = ring.pin()) {
      assertEquals(view.address(), pin.address());
      assertThrows(IllegalStateException.class, ring::close);
      assertThrows(IllegalStateException.class, () -> ring.protect(Protection.READ));
      assertAlive(view);
    }
    ring.close();
    assertRevoked(view);
  }

  @Test
  void closeUnmapsBothHalvesAtOnce() throws Exception {
    Requirements.requireAttaching();
    long address = view.address();
    try (TracedThread thread = new TracedThread();
        TracedThread idle = new TracedThread();
        Injection trace = Injection.counting(List.of("munmap"), List.of(thread, idle))) {
      thread.call(
          () -> {
            ring.close();
            return null;
          });
      List<String> calls = trace.end().get(thread.id());
      String expected = "munmap(0x%x, %d)".formatted(address, 2 * HALF);
      assertEquals(
          1, calls.stream().filter(call -> call.startsWith("munmap(")).count(), () -> "" + calls);
      assertTrue(calls.get(0).startsWith(expected), () -> expected + " " + calls);
    }
    for (long i = 0; i < 2 * HALF; i += PAGE) {
      assertFalse(Pages.isReadable(MemorySegment.ofAddress(address + i).reinterpret(1)));
    }
    assertRevoked(view);
    file.resize(0);
  }
}
