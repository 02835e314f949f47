package io.mman;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.internal.region.RegionProbe;
import io.mman.testing.Arenas;
import io.mman.testing.ProcMaps;
import io.mman.testing.Tasks;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Changes that revoke views fail while native code holds a view. */
class MappedRegionInUseTest {
  private static final long PAGE = Mman.pageSize();

  @Test
  void revokingIsRefusedWhileABlockedReadFillsAView() throws Exception {
    Pipe pipe = Pipe.open();
    try (MappedRegion region = Mapping.anonymous(PAGE + 1).mapShared()) {
      ByteBuffer buffer = region.segment().asByteBuffer().limit(8);
      CompletableFuture<Integer> read = CompletableFuture.supplyAsync(() -> read(pipe, buffer));
      Tasks.awaitCallWith(region.segment().address());
      assertRefused(region);
      pipe.sink().write(ByteBuffer.wrap(new byte[] {1, 2, 3}));
      assertEquals(3, read.get());
      assertEquals(2, region.segment().get(ValueLayout.JAVA_BYTE, 1));
      region.protect(Protection.READ);
      assertThrows(IllegalStateException.class, () -> buffer.get(0));
    } finally {
      pipe.source().close();
      pipe.sink().close();
    }
  }

  private static int read(Pipe pipe, ByteBuffer buffer) {
    try {
      return pipe.source().read(buffer);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void revokingIsRefusedWhileAForeignCallHasAView() throws Exception {
    // ssize_t read(int fd, void *buf, size_t count);
    Linker linker = Linker.nativeLinker();
    MethodHandle read =
        linker.downcallHandle(
            linker.defaultLookup().find("read").orElseThrow(),
            FunctionDescriptor.of(
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_INT,
                ValueLayout.ADDRESS,
                ValueLayout.JAVA_LONG));
    Process cat = new ProcessBuilder("cat").start();
    try (NativeFile pipe = NativeFile.open(Path.of("/proc/" + cat.pid() + "/fd/1"));
        MappedRegion region = Mapping.anonymous(PAGE + 1).mapShared()) {
      MemorySegment target = region.segment().asSlice(PAGE - 4, 5);
      CompletableFuture<Long> call =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return (long) read.invokeExact(pipe.fd(), target, 5L);
                } catch (Throwable e) {
                  throw new AssertionError(e);
                }
              });
      Tasks.awaitCallWith(target.address());
      assertRefused(region);
      cat.outputWriter().append("hello").flush();
      assertEquals(5, call.get());
      assertEquals('o', region.segment().get(ValueLayout.JAVA_BYTE, PAGE));
      region.protect(Protection.NONE);
    } finally {
      cat.destroy();
    }
  }

  private static void assertRefused(MappedRegion region) {
    MemorySegment view = region.segment();
    var e = assertThrows(IllegalStateException.class, () -> region.protect(Protection.READ));
    assertTrue(e.getMessage().contains("native code holds a view"), e::getMessage);
    assertThrows(IllegalStateException.class, () -> region.protect(Protection.NONE));
    assertThrows(IllegalStateException.class, region::close);

    assertSame(view, region.segment());
    assertTrue(region.isAlive());
    assertEquals(Protection.READ_WRITE, region.protection());
    assertEquals("rw-p", ProcMaps.of(view).perms());
    view.set(ValueLayout.JAVA_BYTE, 7, (byte) 7);
    region.protect(Protection.READ_WRITE_EXEC); // allowing more revokes nothing
    assertEquals("rwxp", ProcMaps.of(view).perms());
  }

  @Test
  void wideningTheProtectionOfABorrowedRegionDoesNotWait() {
    try (Arena arena = Arena.ofShared()) {
      MappedRegion region = Mapping.anonymous(PAGE).protection(Protection.READ).map(arena);
      RegionProbe.beginCall(region.region);
      region.protect(Protection.READ_WRITE);
      RegionProbe.endCall(region.region);
      assertEquals(Protection.READ_WRITE, region.protection());
    }
  }

  @Test
  void closingAnArenaInUseIsTheArenasException() throws Exception {
    Pipe pipe = Pipe.open();
    Arena arena = Arena.ofShared();
    MappedRegion region = Mapping.anonymous(PAGE).map(arena);
    ByteBuffer buffer = region.segment().asByteBuffer();
    CompletableFuture<Integer> read = CompletableFuture.supplyAsync(() -> read(pipe, buffer));
    Tasks.awaitCallWith(region.segment().address());

    assertThrows(IllegalStateException.class, arena::close);
    assertTrue(region.isAlive());
    pipe.sink().close();
    assertEquals(-1, read.get());
    arena.close();
    assertFalse(region.isAlive());
    pipe.source().close();
  }

  @Test
  void aCleanUpTiedToAViewMayFail() throws InterruptedException {
    RuntimeException failure = new IllegalStateException("of a clean-up");
    AtomicReference<Throwable> uncaught = new AtomicReference<>();
    Thread thread =
        new Thread(
            () -> {
              MappedRegion region = Mapping.anonymous(3 * PAGE).shared().mapShared();
              ProcMaps.Area area = ProcMaps.of(region.segment());
              tie(region, failure);
              region.protect(Protection.READ);
              assertSame(failure, uncaught.getAndSet(null));
              assertEquals(0, region.segment().get(ValueLayout.JAVA_BYTE, 0));
              tie(region, failure);
              region.close();
              assertSame(failure, uncaught.getAndSet(null));
              assertFalse(region.isAlive());
              assertFalse(ProcMaps.all().contains(area));
            });
    thread.setUncaughtExceptionHandler((t, e) -> uncaught.set(e));
    thread.start();
    thread.join();
    assertNull(uncaught.get());
  }

  /** Anyone can tie a clean-up to the scope of a view: with a segment, or with a mapping. */
  private static void tie(MappedRegion region, RuntimeException failure) {
    Arena arena = Arenas.lending(region.segment()::scope);
    MemorySegment.ofAddress(PAGE)
        .reinterpret(
            1,
            arena,
            segment -> {
              throw failure;
            });
    Mapping.anonymous(PAGE).map(arena);
  }

  @Test
  void aRegionWithAClosedEpochCanBeClosed() {
    MappedRegion region = Mapping.anonymous(3 * PAGE).shared().mapConfined();
    ProcMaps.Area area = ProcMaps.of(region.segment());
    RegionProbe.closeEpoch(region.region); // as after a change that an Error interrupted

    assertThrows(IllegalStateException.class, () -> region.protect(Protection.READ));
    region.close();
    assertFalse(region.isAlive());
    assertFalse(ProcMaps.all().contains(area));
  }

  @Test
  void threadsThatCloseAtOnceUnmapOnce() throws ExecutionException, InterruptedException {
    for (int round = 0; round < 20; round++) {
      MappedRegion region = Mapping.anonymous(PAGE).mapShared();
      CompletableFuture<?>[] closers = new CompletableFuture<?>[4];
      for (int i = 0; i < closers.length; i++) {
        closers[i] = CompletableFuture.runAsync(region::close);
      }
      CompletableFuture.allOf(closers).get();
      assertFalse(region.isAlive());
    }
  }
}
