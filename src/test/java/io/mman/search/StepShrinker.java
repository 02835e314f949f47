package io.mman.search;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Leaves out steps of a sequence as long as the rest still fails, first many at once and then fewer
 * (delta debugging). Where threads race a sequence may fail only now and then, so each is repeated
 * for a while; one that fails for another reason is as good.
 */
final class StepShrinker {
  private final CrashSearch search;
  private final long end;
  private final long millisOfTry;

  StepShrinker(CrashSearch search, long millis, long millisOfTry) {
    this.search = search;
    this.end = System.nanoTime() + millis * 1_000_000;
    this.millisOfTry = millisOfTry;
  }

  /** Returns the smallest that was found in the time. */
  CrashSearch.Finding shrink(CrashSearch.Finding first) {
    CrashSearch.Finding best = first;
    int parts = 2;
    while (best.steps().size() > 1 && parts <= best.steps().size() && !isOver()) {
      Optional<CrashSearch.Finding> smaller = withoutOneOf(best, parts);
      if (smaller.isPresent()) {
        best = smaller.get();
        parts = Math.max(2, parts - 1);
      } else if (parts == best.steps().size()) {
        return best;
      } else {
        parts = Math.min(2 * parts, best.steps().size());
      }
    }
    return best;
  }

  private Optional<CrashSearch.Finding> withoutOneOf(CrashSearch.Finding finding, int parts) {
    List<Step> steps = finding.steps();
    for (int part = 0; part < parts && !isOver(); part++) {
      int from = steps.size() * part / parts;
      int to = steps.size() * (part + 1) / parts;
      List<Step> rest = new ArrayList<>(steps.subList(0, from));
      rest.addAll(steps.subList(to, steps.size()));
      Optional<CrashSearch.Finding> smaller =
          search.repeat(finding.seed(), Step.numbers(rest), millisOfTry);
      if (smaller.isPresent()) {
        return smaller;
      }
    }
    return Optional.empty();
  }

  private boolean isOver() {
    return System.nanoTime() - end > 0;
  }
}
