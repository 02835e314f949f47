package io.mman.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.Mman;
import io.mman.NativeFile;
import io.mman.change.ChangeTracker;
import io.mman.testing.Elsewhere;
import io.mman.testing.Samples;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The pieces of code in the documentation do what it says. */
class SnippetsTest {
  private static final long SIZE = 16 * Mman.pageSize();

  @TempDir Path folder;

  @Test
  void logIsInTheFile() throws IOException {
    Path path = folder.resolve("log");
    Snippets.log(path);
    byte[] bytes = Samples.read(path, 0, Long.BYTES);
    assertEquals(42, ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()).getLong());
    assertEquals(1 << 20, Files.size(path));
  }

  @Test
  void borrowedMapsTheFile() throws IOException {
    assertEquals(SIZE, Snippets.borrowed(Samples.file(folder, SIZE)));
  }

  @Test
  void readReads() {
    try (MappedRegion region = Mapping.anonymous(16).mapShared()) {
      region.segment().set(ValueLayout.JAVA_LONG, 8, 5);
      assertEquals(5, Snippets.read(region, 8));
    }
  }

  @Test
  void groupMapsBoth() throws IOException {
    Path file = Samples.file(folder, SIZE);
    assertEquals(2 * SIZE, Snippets.group(file, file));
  }

  @Test
  void growKeepsTheFirstView() {
    assertEquals(64 << 10, Snippets.grow(folder.resolve("grown")));
  }

  @Test
  void mirrorWraps() {
    assertEquals("ps", Snippets.mirror());
  }

  @Test
  void transferReadsAndWrites() throws IOException {
    Path file = Samples.file(folder, SIZE);
    assertEquals(4096, Snippets.transfer(file));
    byte[] bytes = Samples.read(file, 0, Long.BYTES);
    assertEquals(42, ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()).getLong());
  }

  @Test
  void sealedMemoryHasAPath() {
    assertTrue(Snippets.shareSealed().startsWith("/proc/"));
  }

  @Test
  void surviveReads() throws IOException {
    Path file = Samples.file(folder, SIZE);
    long first = Snippets.survive(file);
    byte[] bytes = Samples.read(file, 0, Long.BYTES);
    assertEquals(ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()).getLong(), first);
  }

  @Test
  void copyCopies() throws IOException {
    assertEquals("copied 4096", Snippets.copyWhatOthersMayCut(Samples.file(folder, SIZE)));
  }

  @Test
  void pinGivesTheAddress() {
    assertEquals(7, Snippets.pin());
  }

  @Test
  void adviceKeepsPagesCountable() throws IOException {
    long pages = Snippets.advise(Samples.file(folder, SIZE));
    assertTrue(pages >= 0 && pages <= SIZE / Mman.pageSize());
  }

  @Test
  void facadeReadsBack() {
    assertEquals(1, Snippets.facade());
  }

  @Test
  void whatIsGivenIsTaken() throws Throwable {
    Path socket = folder.resolve("socket");
    int user = (int) Files.getAttribute(folder, "unix:uid");
    Elsewhere giver = Elsewhere.start(() -> Snippets.give(socket, user));
    while (!Files.exists(socket) && !giver.isDone()) {
      Thread.onSpinWait();
    }
    assertEquals(1 << 20, Snippets.take(socket));
    giver.join();
  }

  @Test
  void aLockExcludes() {
    try (MappedRegion region = Mapping.anonymous(64).shared().mapShared()) {
      Snippets.excludeProcesses(region, folder.resolve("lock"));
      assertEquals(1, region.segment().get(ValueLayout.JAVA_LONG, 16));
    }
  }

  @Test
  void trackCopiesWhatHasChanged() {
    assumeTrue(ChangeTracker.isSupported(), "the kernel cannot track changes");
    long size = 4 * Mman.pageSize();
    try (MappedRegion region = Mapping.anonymous(size).mapShared();
        NativeFile replica = NativeFile.memory("replica", size)) {
      assertEquals(Mman.pageSize(), Snippets.track(region, replica));
      try (MappedRegion copy = Mapping.file(replica).mapShared()) {
        assertEquals(-1, copy.segment().mismatch(region.segment()));
      }
    }
  }

  @Test
  void aCommitChangesBothAccounts() throws IOException {
    Path path = folder.resolve("accounts");
    Snippets.commit(path, folder.resolve("journal"));
    MemorySegment written = MemorySegment.ofArray(Files.readAllBytes(path));
    assertEquals(-100, written.get(ValueLayout.JAVA_LONG_UNALIGNED, 0));
    assertEquals(100, written.get(ValueLayout.JAVA_LONG_UNALIGNED, 4096));
  }
}
