package io.mman.internal.jfr;

import org.jspecify.annotations.Nullable;

/**
 * A call that Flight Recorder wants to know of. It begins with its creation and ends with {@link
 * #end}; one that is dropped was a failure and is not recorded.
 */
public interface Recorded {
  /**
   * Ends and records the call.
   *
   * @param bytes length of the range, or the size that was asked for
   * @param flags names as in C, separated by bars
   * @param path of the file, or null
   */
  void end(long address, long bytes, String flags, @Nullable String path);

  /** Begins a call, if someone records its kind; otherwise returns null, at no cost. */
  static @Nullable Recorded begin(Kind kind) {
    return Recorder.isRunning() ? CallEvents.begin(kind) : null;
  }

  /** The events there are. */
  enum Kind {
    MAP,
    UNMAP,
    PROTECT,
    ADVISE,
    SYNC,
    LOCK,
    RESIZE
  }
}
