package io.mman.faults;

import java.util.Set;

/**
 * What a scenario may do when one of its calls fails. Without a rule it throws the exception that
 * names the call and the error.
 *
 * @param call the call that fails
 * @param when which of the calls of the scenario fails, counted from 1; {@link #EVERY} or {@link
 *     #LATER} for several
 * @param errors the names of the errors; empty for all
 */
record FaultRule(FaultPlan call, int when, Set<String> errors, Outcome outcome) {
  /** Any of the calls. */
  static final int EVERY = 0;

  /** Any of the calls except the first. */
  static final int LATER = -1;

  /** How a scenario ends after a call has failed. */
  enum Outcome {
    /** With the exception for the failed call. */
    FAILS,
    /** As without the failure. */
    SURVIVES,
    /** In one of these two ways: the C library or the JVM decides. */
    FAILS_OR_SURVIVES,
    /** With the exception of an earlier failure, in which the one for this call is suppressed. */
    SUPPRESSES
  }

  static FaultRule of(FaultPlan call, int when, String errors, Outcome outcome) {
    Set<String> names = errors.isEmpty() ? Set.of() : Set.of(errors.split(" "));
    if (!call.errors().containsAll(names)) {
      throw new IllegalArgumentException(call + " has no " + errors);
    }
    return new FaultRule(call, when, names, outcome);
  }

  boolean covers(FaultPlan failed, String errno, int number) {
    return call == failed
        && (when == EVERY || when == number || (when == LATER && number > 1))
        && (errors.isEmpty() || errors.contains(errno));
  }
}
