package io.mman.stalls;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.Mman;
import io.mman.testing.LibC;
import io.mman.testing.SlowDisk;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Collects garbage while another thread waits for a page: in a call, and then in a page fault. The
 * output shows what has come first, the end of the collection or the page.
 */
final class PageFaults {
  private static final long PAGE = Mman.pageSize();
  private static final long FAULT_MILLIS = 500;
  private static final long SECONDS = 30;

  private final SlowDisk disk;
  private final MappedRegion region;
  private final boolean isFile;

  private PageFaults(SlowDisk disk, MappedRegion region, boolean isFile) {
    this.disk = disk;
    this.region = region;
    this.isFile = isFile;
  }

  /** Takes the folder of the disk, and "file" or "userfaultfd". */
  public static void main(String... args) throws Exception {
    SlowDisk disk = new SlowDisk(Path.of(args[0]));
    boolean isFile = args[1].equals("file");
    Mapping mapping = isFile ? Mapping.file(disk.file(0)) : Mapping.anonymous(8 * PAGE);
    try (MappedRegion region = mapping.mapShared()) {
      if (!isFile) {
        int userfaultfd = LibC.userfaultfd();
        if (userfaultfd < 0) {
          System.out.println("no userfaultfd");
          return;
        }
        disk.holdFaults(userfaultfd, region.segment());
      }
      new PageFaults(disk, region, isFile).run();
    }
  }

  private void run() throws Exception {
    MemorySegment view = region.segment();
    MemorySegment target = MemorySegment.ofArray(new byte[1]);
    collect("nothing is held");
    duringCall("populate", () -> region.populate(0, 1));
    duringCall("populateAsync", () -> region.populateAsync(PAGE, 1).join());
    duringCall("read", () -> region.read(2 * PAGE, target));
    holdReads();
    disk.holdFor(FAULT_MILLIS); // nothing in this JVM could release it
    CompletableFuture<Void> fault = start(() -> view.get(JAVA_BYTE, 3 * PAGE));
    disk.awaitHeld(1);
    collect("fault");
    fault.get(SECONDS, TimeUnit.SECONDS);
  }

  /** Releases the page only after the collection: if the call held it up, this would hang. */
  private void duringCall(String name, Runnable call) throws Exception {
    holdReads();
    CompletableFuture<Void> end = start(call);
    disk.awaitHeld(1);
    collect(name);
    disk.release();
    end.get(SECONDS, TimeUnit.SECONDS);
  }

  private void holdReads() {
    if (isFile) {
      disk.holdReads();
    }
  }

  private static CompletableFuture<Void> start(Runnable action) {
    return CompletableFuture.runAsync(action, task -> Thread.ofPlatform().daemon().start(task));
  }

  private void collect(String during) {
    long start = System.nanoTime();
    System.gc();
    long millis = (System.nanoTime() - start) / 1_000_000;
    disk.print(during);
    System.out.println("System.gc() took " + millis + " ms: " + during);
  }
}
