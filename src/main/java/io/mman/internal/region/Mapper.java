package io.mman.internal.region;

import io.mman.MapFlag;
import io.mman.internal.error.ErrorPreload;
import io.mman.internal.error.HugePages;
import java.util.Set;

/** Carries out a {@link MapRequest}. */
public final class Mapper {
  /** Whether the first mapping has yet to register the MXBean, as the property demands. */
  private static boolean registersBean = Boolean.getBoolean("io.mman.jmx");

  private Mapper() {}

  /** Maps what a request describes. If a step fails, nothing stays open or mapped. */
  public static Region map(MapRequest request, Lifetime lifetime) {
    request.mapFlags(); // refuses contradictions before anything is opened
    if (request.mirrored) {
      Mirror.requireConsistent(request);
    }
    if (registersBean) {
      registersBean = false; // two threads may both register it, which does no harm
      registerBean();
    }
    if (request.survives) {
      FilePreload.prepareToSurvive();
    }
    return request.isAnonymous()
        ? mapAnonymous(request, lifetime)
        : new FileMapper(request, lifetime).map();
  }

  private static Region mapAnonymous(MapRequest request, Lifetime lifetime) {
    Set<MapFlag> flags = request.mapFlags();
    Backing.Kind kind = Backing.Kind.of(true, flags.contains(MapFlag.SHARED));
    long hugePage = HugePages.requireExplicitBytes(flags);
    Backing backing = new Backing(kind, null, null, null, true, 0, flags, hugePage, false);
    RegionBuilder builder = new RegionBuilder(request, lifetime, backing, 0, request.length);
    if (RegionCounters.live() >= ErrorPreload.MANY_REGIONS) {
      FilePreload.prepareForChanges(RegionBuilder.NO_FILE);
    }
    builder.place(RegionBuilder.NO_FILE, null, null);
    return builder.finish();
  }

  private static void registerBean() {
    try {
      BeanRegistration.register();
    } catch (RuntimeException | LinkageError e) {
      // A mapping does not fail because it cannot be counted.
    }
  }
}
