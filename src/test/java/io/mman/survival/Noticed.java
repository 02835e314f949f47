package io.mman.survival;

import static io.mman.survival.TruncatedFile.PAGE;
import static io.mman.survival.TruncatedFile.assertLost;
import static io.mman.survival.TruncatedFile.get;
import static io.mman.testing.Checks.assertEquals;

import io.mman.MappedRegion;
import io.mman.MappedRegionsMXBean;
import io.mman.MmanException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import javax.management.JMX;
import javax.management.ObjectName;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;

/** The methods that report new losses as events and counts. Each runs in a JVM of its own. */
enum Noticed {
  CHECK(MappedRegion::requireIntact),
  SYNC(MappedRegion::sync),
  READ(region -> region.read(0, MemorySegment.ofArray(new byte[1]))),
  WRITE(region -> region.write(0, MemorySegment.ofArray(new byte[1]))),
  RESTORE(MappedRegion::restore),
  CLOSE(MappedRegion::close);

  private final Consumer<MappedRegion> call;

  Noticed(Consumer<MappedRegion> call) {
    this.call = call;
  }

  private void run(Path folder) throws Exception {
    MappedRegionsMXBean.register();
    MappedRegionsMXBean bean =
        JMX.newMXBeanProxy(
            ManagementFactory.getPlatformMBeanServer(),
            new ObjectName("io.mman:type=MappedRegions"),
            MappedRegionsMXBean.class);
    TruncatedFile file = TruncatedFile.of(folder, 8);
    Path recorded = folder.resolve(name() + ".jfr");
    long start;
    try (Recording recording = new Recording();
        Arena arena = Arena.ofShared()) {
      recording.enable("io.mman.PagesLost").withThreshold(Duration.ZERO);
      recording.start();
      MappedRegion region = this == CLOSE ? file.request().mapShared() : file.request().map(arena);
      start = region.segment().address();
      file.truncateToPages(5);
      get(region, 7 * PAGE);
      assertEquals(0, bean.getLostPages());
      assertEquals(3, region.lostPages());
      quietly(region);
      assertEquals(3, bean.getLostPages());
      if (this != CLOSE) {
        quietly(region);
        assertEquals(3, bean.getLostPages());
        file.truncateToPages(4);
        get(region, 4 * PAGE);
        assertLost(region, 4, 4 * PAGE);
        assertEquals(4, bean.getLostPages());
      }
      recording.stop();
      recording.dump(recorded);
    }
    assertEvents(recorded, start, file.path().toString());
  }

  private void quietly(MappedRegion region) {
    try {
      call.accept(region);
    } catch (MmanException e) {
      assertEquals("EIO", e.error().name());
    }
  }

  private void assertEvents(Path recorded, long start, String path) throws IOException {
    List<RecordedEvent> events = RecordingFile.readAllEvents(recorded);
    assertEquals(this == CLOSE ? 1 : 2, events.size());
    assertEvent(events.get(0), start + 5 * PAGE, 3 * PAGE, path);
    if (this != CLOSE) {
      assertEvent(events.get(1), start + 4 * PAGE, PAGE, path);
    }
  }

  private static void assertEvent(RecordedEvent event, long address, long bytes, String path) {
    assertEquals("io.mman.PagesLost", event.getEventType().getName());
    assertEquals(address, event.getLong("address"));
    assertEquals(bytes, event.getLong("bytes"));
    assertEquals(path, event.getString("path"));
    assertEquals(Thread.currentThread().getName(), event.getThread().getJavaName());
  }

  /** Takes a folder and the name of a test. */
  public static void main(String... arguments) throws Exception {
    valueOf(arguments[1]).run(Path.of(arguments[0]));
    System.out.println("survived");
  }
}
