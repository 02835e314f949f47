package io.mman.internal.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.internal.libc.FileStatus;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.UseType;

/** The extents of live regions against a plain list of them. */
class MappedExtentsProperties {
  /** What can happen to a region. */
  public enum Step {
    ADD,
    MOVE,
    REMOVE,
    REMOVE_AND_MOVE
  }

  /** A step with the region it concerns and the end that the region gets. */
  public record Event(Step step, @IntRange(max = 7) int region, @IntRange(max = 20) int end) {}

  @Property(tries = 400)
  void truncatingIsRefusedExactlyIfALiveRegionReachesFurther(
      @ForAll @Size(max = 30) List<@UseType Event> events, @ForAll @IntRange(max = 25) int length) {
    MappedExtents extents = new MappedExtents(new FileStatus());
    Map<MappedExtents.Extent, Long> live = new IdentityHashMap<>();
    List<MappedExtents.Extent> all = new ArrayList<>();
    for (Event event : events) {
      apply(event, extents, live, all);
      long covered = live.values().stream().mapToLong(Long::longValue).max().orElse(0);
      long answer = extents.covered(length);
      if (covered > length) {
        assertEquals(covered, answer);
      } else {
        assertTrue(answer <= length, answer + " stands against " + length);
      }
    }
  }

  private static void apply(
      Event event,
      MappedExtents extents,
      Map<MappedExtents.Extent, Long> live,
      List<MappedExtents.Extent> all) {
    if (event.step == Step.ADD || all.isEmpty()) {
      MappedExtents.Extent added = extents.add(event.end);
      all.add(added);
      live.put(added, (long) event.end);
      return;
    }
    MappedExtents.Extent extent = all.get(event.region % all.size());
    if (event.step == Step.MOVE) {
      live.replace(extent, (long) event.end);
    } else {
      extent.remove();
      live.remove(extent);
    }
    if (event.step != Step.REMOVE) {
      extent.move(event.end); // without effect if the region is removed
    }
  }
}
