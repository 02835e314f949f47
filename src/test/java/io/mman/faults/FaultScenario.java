package io.mman.faults;

import io.mman.Mman;
import io.mman.faults.FaultRule.Outcome;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Something that a program does while one of its system calls fails, and what may come of it. Each
 * of the methods returns a new description with one more rule; the first one that covers a failure
 * counts.
 *
 * @param name for messages, and of the folder that it gets
 * @param preparation what comes before, while nothing fails
 * @param rules for calls whose failure is not simply thrown
 * @param optional calls that the scenario does not make each time
 * @param refusal the call that fails with EINVAL even without an injected failure, or null
 */
record FaultScenario(
    String name,
    Preparation preparation,
    List<FaultRule> rules,
    Set<FaultPlan> optional,
    FaultPlan refusal) {
  /** Address space that each scenario takes: much more than the JVM takes for itself meanwhile. */
  static final long BYTES = 8 << 20;

  static final long PAGE = Mman.pageSize();

  FaultScenario(String name, Preparation preparation) {
    this(name, preparation, List.of(), Set.of(), null);
  }

  /** Makes ready what the scenario needs. */
  interface Preparation {
    Attempt prepare(Path folder) throws Exception;
  }

  /** What is then done, and checked afterwards. */
  interface Attempt {
    /** Makes the calls, of which one fails. */
    void run() throws Exception;

    /**
     * Checks that everything can still be used or is cleanly closed, and releases it.
     *
     * @param failure what {@link #run} threw, or null
     */
    void check(Throwable failure) throws Exception;
  }

  /** Whatever error the call has, the scenario ends as usual. */
  FaultScenario survives(FaultPlan call) {
    return survives(call, FaultRule.EVERY, "");
  }

  FaultScenario survives(FaultPlan call, String errors) {
    return survives(call, FaultRule.EVERY, errors);
  }

  FaultScenario survives(FaultPlan call, int when, String errors) {
    return with(FaultRule.of(call, when, errors, Outcome.SURVIVES));
  }

  FaultScenario maySurvive(FaultPlan call, String errors) {
    return with(FaultRule.of(call, FaultRule.EVERY, errors, Outcome.FAILS_OR_SURVIVES));
  }

  /** If the call fails, it cannot be undone that the scenario is refused. */
  FaultScenario suppresses(FaultPlan call, int when) {
    return with(FaultRule.of(call, when, "", Outcome.SUPPRESSES));
  }

  /** Chance decides whether the scenario makes the call. */
  FaultScenario mayMake(FaultPlan call) {
    Set<FaultPlan> more = EnumSet.of(call);
    more.addAll(optional);
    return new FaultScenario(name, preparation, rules, more, refusal);
  }

  /** The kernel refuses a call of the scenario anyway, so that all earlier calls are undone. */
  FaultScenario refusedBy(FaultPlan call) {
    return new FaultScenario(name, preparation, rules, optional, call);
  }

  private FaultScenario with(FaultRule rule) {
    List<FaultRule> more = new ArrayList<>(rules);
    more.add(rule);
    return new FaultScenario(name, preparation, more, optional, refusal);
  }

  /** Returns how the scenario has to end after a failure. */
  Outcome outcome(FaultPlan call, String errno, int when) {
    if (errno.equals("EINTR")) {
      return Outcome.SURVIVES; // the call is made again; close has done its work already
    }
    return rules.stream()
        .filter(rule -> rule.covers(call, errno, when))
        .findFirst()
        .map(FaultRule::outcome)
        .orElse(Outcome.FAILS);
  }

  /** Checks whether the scenario kept its rules; {@code thrown} is null if it succeeded. */
  boolean allows(FaultPlan call, String errno, int when, Throwable thrown) {
    boolean usual = refusal == null ? thrown == null : refusal.explains(thrown, "EINVAL");
    boolean clean = thrown == null || thrown.getSuppressed().length == 0;
    boolean failed = call.explains(thrown, errno);
    return switch (outcome(call, errno, when)) {
      case FAILS -> failed;
      case SURVIVES -> usual && clean;
      case FAILS_OR_SURVIVES -> failed || (usual && clean);
      case SUPPRESSES -> usual && !clean && call.explains(thrown.getSuppressed()[0], errno);
    };
  }

  /** Stops the program if a promise is broken. */
  static void require(boolean kept, String promise) {
    if (!kept) {
      throw new AssertionError(promise);
    }
  }
}
