package io.mman.internal.jfr;

import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import org.jspecify.annotations.Nullable;

/**
 * The events. They are not nested in {@link CallEvent}, because loading that class must not load
 * its subclasses: Flight Recorder instruments them while they are loaded.
 */
final class CallEvents {
  private CallEvents() {}

  static @Nullable CallEvent begin(Recorded.Kind kind) {
    CallEvent event =
        switch (kind) {
          case MAP -> new Map();
          case UNMAP -> new Unmap();
          case PROTECT -> new Protect();
          case ADVISE -> new Advise();
          case SYNC -> new Sync();
          case LOCK -> new Lock();
          case RESIZE -> new Resize();
          case PAGES_LOST -> new PagesLost();
          case COMMIT -> new Commit();
        };
    if (!event.isEnabled()) {
      return null;
    }
    event.begin();
    return event;
  }

  @Name("io.mman.Map")
  @Label("Map")
  @Description("mmap(2) mapped memory")
  static final class Map extends CallEvent {}

  @Name("io.mman.Unmap")
  @Label("Unmap")
  @Description("munmap(2) unmapped memory")
  static final class Unmap extends CallEvent {}

  @Name("io.mman.Protect")
  @Label("Protect")
  @Description("mprotect(2) changed the protection of pages")
  static final class Protect extends CallEvent {}

  @Name("io.mman.Advise")
  @Label("Advise")
  @Description("madvise(2) or process_madvise(2) gave advice on pages")
  static final class Advise extends CallEvent {}

  @Name("io.mman.Sync")
  @Label("Sync")
  @Description("msync(2) wrote changed pages")
  static final class Sync extends CallEvent {}

  @Name("io.mman.Lock")
  @Label("Lock")
  @Description("mlock(2), mlock2(2) or munlock(2) locked pages in memory or unlocked them")
  static final class Lock extends CallEvent {}

  @Name("io.mman.Resize")
  @Label("Resize")
  @Description("The size of a region or mapping changed")
  static final class Resize extends CallEvent {}

  @Name("io.mman.PagesLost")
  @Label("Pages Lost")
  @Description("Pages of a mapped file could not be provided and were replaced by zeros")
  static final class PagesLost extends CallEvent {}

  @Name("io.mman.Commit")
  @Label("Commit")
  @Description("The changed pages of a staged region were written to its file")
  static final class Commit extends CallEvent {}
}
