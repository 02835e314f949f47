package io.mman.internal.region;

import io.mman.Advice;
import io.mman.LockFlag;
import io.mman.RegionStats;
import io.mman.SyncFlag;
import io.mman.internal.call.AdviceBatch;
import io.mman.internal.call.FlagBits;
import io.mman.internal.call.KernelCopy;
import io.mman.internal.call.SystemCalls;
import io.mman.internal.error.ErrorPreload;
import io.mman.internal.error.MapCountReserve;
import io.mman.internal.file.FileCreation;
import io.mman.internal.file.FileLength;
import io.mman.internal.file.MappedExtents;
import io.mman.internal.jfr.Recorded;
import io.mman.internal.libc.FileCalls;
import io.mman.internal.libc.MemoryCalls;
import io.mman.internal.libc.ProcessCalls;
import io.mman.internal.libc.Slices;
import io.mman.internal.proc.Proc;
import io.mman.internal.proc.ReadAhead;
import io.mman.internal.proc.Smaps;
import io.mman.internal.signal.BusHandler;
import io.mman.internal.signal.LostPages;
import io.mman.internal.signal.SurvivingRange;
import java.util.Objects;

/**
 * Loads the classes that mapping a file needs before the file is opened, which may take the last
 * free descriptor: without another one the JVM cannot read a class from a folder. They would be
 * loaded anyway, only later.
 */
final class FilePreload {
  // Two threads may both find these false and load the classes twice, which does no harm.
  private static boolean canMap;
  private static boolean canAdvise;
  private static boolean canChange;
  private static boolean canSurvive;

  private FilePreload() {}

  /** Loads the classes for a request whose file is about to be opened. */
  static void prepare(MapRequest request) {
    try {
      if (!canMap) {
        canMap = true;
        loadMapping();
      }
      if (request.createSize != MapRequest.NONE || request.preallocate) {
        FileLength.prepare();
      }
      if (request.createSize != MapRequest.NONE) {
        FileCreation.prepare();
      }
      boolean advises = request.populate || request.populatesByFlag() || !request.advice.isEmpty();
      if (advises && !canAdvise) {
        canAdvise = true;
        ErrorPreload.initialize(Advice.class, AdviceRules.class, Prefault.class, Slices.class);
      }
    } catch (LinkageError | RuntimeException e) {
      // No descriptor is free, or native access is denied; opening the file will fail.
    }
  }

  /**
   * Makes sure that bus errors can be survived, and loads the classes that this needs.
   *
   * @throws UnsupportedOperationException if they cannot be survived, with the reason
   */
  static synchronized void prepareToSurvive() {
    BusHandler.ensureInstalled();
    if (!canSurvive) {
      canSurvive = true;
      ErrorPreload.initialize(
          Losses.class, StackReserve.class, SurvivingRange.class, LostPages.class);
      ErrorPreload.initialize(RegionFile.class, SharedFile.class, HeldFile.class);
      SurvivingRange.prepare();
    }
  }

  private static void loadMapping() {
    ErrorPreload.initialize(
        RegionFile.class, Backing.class, Backing.Kind.class, RegionBuilder.class);
    ErrorPreload.initialize(
        Placement.class, RegionState.class, AddressRange.class, PageRange.class);
    ErrorPreload.initialize(
        RegionCounters.class, Unmapper.class, RegionResources.class, Region.class);
    ErrorPreload.initialize(MappedExtents.class, MappedExtents.Extent.class, FileEnd.class);
    ErrorPreload.initialize(
        RegionLock.class, SystemCalls.class, FlagBits.class, MapCountReserve.class);
    Recorded.begin(Recorded.Kind.MAP);
    ErrorPreload.initialize(MemoryCalls.class);
    FileCalls.linkFstat();
    ProcessCalls.pageSize();
  }

  /**
   * Loads the classes of everything that a region can do, if many files are open or many regions
   * are mapped.
   */
  static void prepareForChanges(int fd) {
    if (canChange) {
      return;
    }
    boolean many =
        fd >= ErrorPreload.MANY_FILES || RegionCounters.live() >= ErrorPreload.MANY_REGIONS;
    if (many && Proc.canOpen()) {
      canChange = true;
      try {
        ErrorPreload.initialize(Change.class, Outcome.class, ProtectionChange.class, Resizer.class);
        ErrorPreload.initialize(Mover.class, Shrinker.class, SplitJoin.class, SplitJoin.Part.class);
        Objects.requireNonNull(SplitJoin.class.getDeclaredClasses()); // loads the private ones
        ErrorPreload.initialize(
            RegionPin.class, ResidencyQuery.class, AdviceRules.class, Prefault.class);
        ErrorPreload.initialize(
            ResidencyAccess.class, ResidencySnapshot.class, StatsQuery.class, Smaps.class);
        ErrorPreload.initialize(RegionCopy.class, RegionStats.class, SyncFlag.class, Advice.class);
        ErrorPreload.initialize(LockFlag.class, Slices.class, Mirror.class, FileEnd.class);
        ErrorPreload.initialize(Prefetch.class, ReadAhead.class, AdviceBatch.class);
        KernelCopy.prepare();
        ErrorPreload.prepareForMore();
      } catch (LinkageError | RuntimeException e) {
        // The descriptors have run out meanwhile.
      }
    }
  }
}
