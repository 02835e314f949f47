package io.mman.internal.jfr;

import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import org.jspecify.annotations.Nullable;

/**
 * The events. Apart from {@link CallEvent}: loading that must not load its subclasses, into which
 * Flight Recorder looks while they are loaded.
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
        };
    if (!event.isEnabled()) {
      return null;
    }
    event.begin();
    return event;
  }

  @Name("io.mman.Map")
  @Label("Map")
  @Description("mmap(2): memory was mapped")
  static final class Map extends CallEvent {}

  @Name("io.mman.Unmap")
  @Label("Unmap")
  @Description("munmap(2): memory was unmapped")
  static final class Unmap extends CallEvent {}

  @Name("io.mman.Protect")
  @Label("Protect")
  @Description("mprotect(2): the rights of pages changed")
  static final class Protect extends CallEvent {}

  @Name("io.mman.Advise")
  @Label("Advise")
  @Description("madvise(2): advice was given")
  static final class Advise extends CallEvent {}

  @Name("io.mman.Sync")
  @Label("Sync")
  @Description("msync(2): changed pages were written")
  static final class Sync extends CallEvent {}

  @Name("io.mman.Lock")
  @Label("Lock")
  @Description("mlock(2), mlock2(2), munlock(2): pages were locked in memory or unlocked")
  static final class Lock extends CallEvent {}

  @Name("io.mman.Resize")
  @Label("Resize")
  @Description("A region or mapping has another size")
  static final class Resize extends CallEvent {}
}
