package io.mman.internal.jfr;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.Advice;
import io.mman.LockFlag;
import io.mman.MapFlag;
import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.Mman;
import io.mman.MmanException;
import io.mman.Protection;
import io.mman.RemapFlag;
import io.mman.change.StagedRegion;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The events are recorded and read back. */
class CallEventsTest {
  private static final long PAGE = Mman.pageSize();

  @TempDir private Path folder;

  @Test
  void eventsOfAFileRegionHavePathBytesAndFlags() throws IOException {
    Path file = folder.resolve("data");
    long[] address = new long[1];
    List<RecordedEvent> events =
        record(
            () -> {
              try (MappedRegion region = Mapping.file(file).create(3 * PAGE).mapShared()) {
                address[0] = region.segment().address();
                region.advise(Advice.RANDOM, PAGE, 5);
                region.sync(0, 1);
                region.lock(0, PAGE);
                region.unlock();
                region.protect(Protection.READ);
                region.resize(PAGE);
              }
            },
            "Map",
            "Advise",
            "Sync",
            "Lock",
            "Protect",
            "Resize",
            "Unmap");
    String path = file.toString();
    assertEvent(events, "Map", address[0], 3 * PAGE, "READ_WRITE|SHARED", path);
    assertEvent(events, "Advise", address[0] + PAGE, 5, "RANDOM", path);
    assertEvent(events, "Sync", address[0], 1, "SYNC", path);
    assertEvent(events, "Lock", address[0], PAGE, "", path);
    assertEvent(events, "Lock", address[0], 3 * PAGE, "UNLOCK", path);
    assertEvent(events, "Protect", address[0], 3 * PAGE, "READ", path);
    assertEvent(events, "Resize", address[0], PAGE, "", path);
    assertEvent(events, "Unmap", address[0], PAGE, "", path);
    for (RecordedEvent event : events) {
      if (words(event).endsWith(path)) { // others are for automatic arenas of earlier tests
        assertEquals(Thread.currentThread().threadId(), event.getThread().getJavaThreadId());
        assertFalse(event.getDuration().isNegative());
      }
    }
  }

  @Test
  void callsOfMmanAreRecordedToo() throws IOException {
    long[] address = new long[2];
    List<RecordedEvent> events =
        record(
            () -> {
              MemorySegment memory =
                  Mman.mmap(
                      MemorySegment.NULL,
                      PAGE,
                      Protection.READ,
                      EnumSet.of(MapFlag.ANONYMOUS, MapFlag.PRIVATE),
                      -1,
                      0);
              address[0] = memory.address();
              memory = Mman.mremap(memory, 2 * PAGE, EnumSet.of(RemapFlag.MAYMOVE));
              address[1] = memory.address();
              Mman.mlock(memory, LockFlag.ONFAULT);
              Mman.munmap(memory);
            },
            "Map",
            "Resize",
            "Lock",
            "Unmap");
    assertEvent(events, "Map", address[0], PAGE, "READ|PRIVATE|ANONYMOUS", null);
    assertEvent(events, "Resize", address[1], 2 * PAGE, "MAYMOVE", null);
    assertEvent(events, "Lock", address[1], 2 * PAGE, "ONFAULT", null);
    assertEvent(events, "Unmap", address[1], 2 * PAGE, "", null);
  }

  @Test
  void aCommitIsRecordedWithWhatItWrote() throws IOException {
    Path file = folder.resolve("staged");
    long[] address = new long[1];
    List<RecordedEvent> events =
        record(
            () -> {
              try (StagedRegion staged =
                  StagedRegion.open(file, 3 * PAGE, folder.resolve("journal"))) {
                MemorySegment bytes = staged.segment();
                address[0] = bytes.address();
                bytes.set(JAVA_BYTE, 0, (byte) 1);
                bytes.set(JAVA_BYTE, 2 * PAGE, (byte) 1);
                staged.commit();
                staged.commit(); // has nothing to write
              }
            },
            "Commit");
    assertEquals(1, events.size(), events::toString);
    assertEvent(events, "Commit", address[0], 2 * PAGE, "", file.toString());
  }

  @Test
  void aRecordingThatDoesNotNameThemHasNone() throws IOException {
    List<RecordedEvent> events =
        record(() -> Mapping.anonymous(PAGE).mapConfined().close(), "Advise");
    assertEquals(List.of(), events);
  }

  @Test
  void failedCallsAreNotRecorded() throws IOException {
    Path file = Files.write(folder.resolve("read-only"), new byte[1]);
    List<RecordedEvent> events =
        record(
            () -> {
              try (MappedRegion region = Mapping.file(file).mapConfined()) {
                assertThrows(MmanException.class, () -> region.protect(Protection.READ_WRITE));
              }
            },
            "Protect");
    // The old protection is restored, which is another call.
    assertTrue(
        events.stream().allMatch(event -> "READ".equals(event.getString("flags"))),
        events::toString);
  }

  private List<RecordedEvent> record(Runnable work, String... names) throws IOException {
    Path dump = folder.resolve("events.jfr");
    try (Recording recording = new Recording()) {
      for (String name : names) {
        recording.enable("io.mman." + name).withoutThreshold();
      }
      recording.start();
      work.run();
      recording.stop();
      recording.dump(dump);
    }
    return RecordingFile.readAllEvents(dump).stream()
        .filter(event -> event.getEventType().getName().startsWith("io.mman."))
        .toList();
  }

  private static void assertEvent(
      List<RecordedEvent> events,
      String name,
      long address,
      long bytes,
      String flags,
      String path) {
    String wanted = name + " " + address + " " + bytes + " " + flags + " " + path;
    assertTrue(
        events.stream().map(CallEventsTest::words).anyMatch(wanted::equals), events::toString);
  }

  private static String words(RecordedEvent event) {
    return event.getEventType().getName().substring("io.mman.".length())
        + " "
        + event.getLong("address")
        + " "
        + event.getLong("bytes")
        + " "
        + event.getString("flags")
        + " "
        + event.getString("path");
  }
}
