package io.mman.internal.region;

/**
 * The part of a change that comes after the views of a region have been revoked. From then on the
 * region must get a new state, even if the change fails.
 */
abstract class Change {
  /** Changes the pages, and returns the new state of the region. */
  abstract RegionState apply();

  /** Returns the state of the region after {@link #apply} has thrown an exception. */
  abstract RegionState stateAfterFailure();

  /**
   * Carries the change out.
   *
   * @param before the state of the region before its views were revoked
   */
  final Outcome run(RegionState before) {
    try {
      return Outcome.of(apply());
    } catch (RuntimeException e) {
      return new Outcome(stateAfterFailure(), e);
    } catch (Error e) {
      return new Outcome(
          before.closed(), e); // such as a stack overflow: nobody knows how far it came
    }
  }
}
