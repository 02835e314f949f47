package io.mman.internal.jfr;

import org.jspecify.annotations.Nullable;

/**
 * A call that Flight Recorder records. The call begins when this object is created and ends with
 * {@link #end}. If the call fails, the object is dropped and nothing is recorded.
 */
public interface Recorded {
  /**
   * Ends and records the call.
   *
   * @param bytes the length of the range, or the requested size
   * @param flags the names of the flags as in C, separated by {@code |}
   * @param path the path of the file, or null
   */
  void end(long address, long bytes, String flags, @Nullable String path);

  /** Begins a call. Returns null, at no cost, if no recording enables this kind. */
  static @Nullable Recorded begin(Kind kind) {
    return Recorder.isRunning() ? CallEvents.begin(kind) : null;
  }

  /** The kinds of events. */
  enum Kind {
    MAP,
    UNMAP,
    PROTECT,
    ADVISE,
    SYNC,
    LOCK,
    RESIZE,
    PAGES_LOST,
    COMMIT
  }
}
