package io.mman.internal.region;

import org.jspecify.annotations.Nullable;

/**
 * What a change of a region results in.
 *
 * @param state the state of the region from now on
 * @param failure what the caller gets, if the change has failed
 */
record Outcome(RegionState state, @Nullable Throwable failure) {
  /** Returns the outcome of a change that has succeeded. */
  static Outcome of(RegionState state) {
    return new Outcome(state, null);
  }

  /** Throws the exception or the error with which the change has failed, if it has. */
  void throwFailure() {
    if (failure instanceof RuntimeException e) {
      throw e;
    }
    if (failure instanceof Error e) {
      throw e;
    }
  }
}
