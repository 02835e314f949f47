package io.mman.internal.change;

import io.mman.Errno;
import io.mman.internal.call.WriteTracking;
import io.mman.internal.libc.PageScan;
import io.mman.internal.region.Region;
import io.mman.internal.region.Tracking;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Finds the changed pages of a region: the implementation of {@link io.mman.change.ChangeTracker}.
 *
 * <p>All pages are write-protected in the kernel's asynchronous mode, in which the first store to a
 * page removes the protection. A take finds the pages without protection, and protects each of them
 * again in the same atomic step. The kernel does not report pages that the region itself discards:
 * a hole punched in shared memory keeps its protection, and pages whose page table has been freed
 * are not reported. The region therefore reports these pages itself; see {@link Discards}.
 */
public final class Tracker extends Tracking {
  /** The bytes examined by one system call, during which other threads cannot map memory. */
  private static final long STEP = 1L << 30;

  private final Userfault userfault;

  /** Held during each take and while the tracker is being closed. */
  private final ReentrantLock lock = new ReentrantLock();

  private final Shape shape;
  private final PageLayout layout;
  private final Discards discards;

  /** The pages that have been found since the last successful take. */
  private PageSetBuilder found;

  /**
   * Whether pages that were found may be missing in {@link #found}, because memory has run out. The
   * next take then returns all pages.
   */
  private boolean isUncertain;

  private boolean isOpen = true;

  private Tracker(Region region, Userfault userfault) {
    super(region);
    this.userfault = userfault;
    this.shape = shape();
    this.layout = new PageLayout(shape.page(), shape.head(), shape.size());
    this.discards = new Discards(layout, shape.address());
    this.found = new PageSetBuilder(layout);
  }

  public static boolean isSupported() {
    try {
      Userfault.acquire();
    } catch (UnsupportedOperationException e) {
      return false;
    }
    Userfault.release();
    return true;
  }

  public static Tracker of(Region region) {
    Userfault userfault = Userfault.acquire();
    boolean done = false;
    try {
      Tracker tracker;
      do { // until the region does not change its shape in between
        tracker = new Tracker(region, userfault);
      } while (!tracker.claim(tracker.shape));
      tracker.start();
      done = true;
      return tracker;
    } finally {
      if (!done) {
        Userfault.release();
      }
    }
  }

  private void start() {
    boolean done = false;
    try {
      call(this::register);
      done = true;
    } finally {
      if (!done) {
        disclaim();
      }
    }
  }

  private void register(MemorySegment pages) {
    if (pages.byteSize() == 0) {
      return;
    }
    WriteTracking.register(userfault.fd(), pages);
    boolean done = false;
    try {
      protect(pages, 0, pages.byteSize());
      done = true;
    } finally {
      if (!done) {
        WriteTracking.unregister(userfault.fd(), pages);
      }
    }
  }

  private void protect(MemorySegment pages, long from, long to) {
    for (long offset = from; offset < to; offset += STEP) {
      MemorySegment step = pages.asSlice(offset, Math.min(STEP, to - offset));
      WriteTracking.protect(userfault.fd(), step);
    }
  }

  /**
   * Returns the pages that have changed since the last successful call.
   *
   * @throws IllegalStateException if the tracker or the region is closed
   */
  public PageSet take() {
    lock.lock();
    try {
      if (!isOpen) {
        throw new IllegalStateException("the tracker is closed");
      }
      call(this::find);
      return build();
    } finally {
      lock.unlock();
    }
  }

  private PageSet build() {
    isUncertain = true; // until nothing can fail any more
    PageSetBuilder next = new PageSetBuilder(layout);
    PageSet built = found.build();
    found = next;
    PageSet changed = shape.mirrored() ? mirrored(built) : built;
    isUncertain = false;
    return changed;
  }

  private void find(MemorySegment pages) {
    if (isUncertain) {
      found.add(0, layout.pages());
      isUncertain = false;
    }
    findDiscarded(pages);
    try (PageScan scan = new PageScan(userfault.pagemap())) {
      long offset = 0;
      while (offset < pages.byteSize()) {
        MemorySegment step = pages.asSlice(offset, Math.min(STEP, pages.byteSize() - offset));
        find(scan, step);
        offset = scan.end() - pages.address();
      }
    }
  }

  /**
   * Adds the pages that were discarded, and protects them again. The scan therefore does not find
   * earlier stores to them, which does no harm because all these pages count as changed anyway.
   */
  private void findDiscarded(MemorySegment pages) {
    PageSet discarded = discards.take();
    if (discarded == null) {
      return;
    }
    boolean done = false;
    try {
      discarded.forEachRun(
          (first, end) -> {
            found.add(first, end);
            protect(pages, first * layout.page(), end * layout.page());
          });
      done = true;
    } finally {
      if (!done) {
        discards.putBack(discarded);
      }
    }
  }

  private void find(PageScan scan, MemorySegment step) {
    int result;
    do {
      isUncertain = true;
      result = scan.run(step);
      int ranges = scan.ranges();
      for (int i = 0; i < ranges; i++) {
        found.add(pageAt(scan.start(i)), pageAt(scan.end(i) + layout.page() - 1));
      }
      isUncertain = false;
    } while (result == -Errno.EINTR.number());
    if (result < 0) {
      throw WriteTracking.scanFailure(result, step);
    }
  }

  private long pageAt(long address) {
    return (address - shape.address()) / layout.page();
  }

  /** Adds the corresponding pages of the other half of a mirrored region, which are the same. */
  private PageSet mirrored(PageSet changed) {
    long half = layout.pages() / 2;
    PageSetBuilder both = new PageSetBuilder(layout);
    changed.forEachRun(
        (first, end) -> {
          both.add(first, end);
          both.add(first - half, end - half);
          both.add(first + half, end + half);
        });
    return both.build();
  }

  @Override
  protected void discarded(MemorySegment pages) {
    discards.add(pages.address(), pages.byteSize());
  }

  /** Stops tracking. Calling this method again has no effect. */
  public void close() {
    lock.lock();
    try {
      if (isOpen) {
        end(this::unregister);
        isOpen = false;
        Userfault.release();
      }
    } finally {
      lock.unlock();
    }
  }

  private void unregister(MemorySegment pages) {
    if (pages.byteSize() > 0) {
      WriteTracking.unregister(userfault.fd(), pages);
    }
  }
}
