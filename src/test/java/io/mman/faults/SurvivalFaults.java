package io.mman.faults;

import static io.mman.faults.FaultScenario.BYTES;
import static io.mman.faults.FaultScenario.PAGE;
import static io.mman.faults.FaultScenario.require;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.Mman;
import io.mman.MmanException;
import io.mman.NativeFile;
import io.mman.Protection;
import io.mman.testing.Samples;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** The scenarios with regions that survive bus errors, which they do after any failure, too. */
final class SurvivalFaults {
  private SurvivalFaults() {}

  static List<FaultScenario> all() {
    if (!Mman.survivesBusErrors()) {
      return List.of();
    }
    return List.of(
        new FaultScenario("survivingPath", SurvivalFaults::path)
            .survives(FaultPlan.CLOSE)
            .survives(FaultPlan.LSEEK) // then fstat is used
            .survives(FaultPlan.FSTATFS), // as if on any file system but overlayfs
        with("survivingFile", m -> m, region -> {}),
        with("growSurviving", m -> m, r -> r.resize(2 * BYTES))
            .survives(FaultPlan.LSEEK)
            .survives(FaultPlan.MREMAP, "EFAULT"),
        with("growSurvivingReserved", m -> m.reserve(2 * BYTES), r -> r.resize(2 * BYTES))
            .survives(FaultPlan.LSEEK),
        with("shrinkSurviving", m -> m, r -> r.resize(5 * PAGE)),
        with("shrinkSurvivingReserved", m -> m.reserve(2 * BYTES), r -> r.resize(5 * PAGE)),
        with("shrinkLost", m -> m, r -> r.resize(5 * PAGE), 2 * PAGE),
        with("shrinkLostReserved", m -> m.reserve(2 * BYTES), r -> r.resize(5 * PAGE), 2 * PAGE),
        with("narrowSurviving", m -> m, r -> r.protect(Protection.READ)),
        with("widenSurviving", m -> m.protection(Protection.READ), SurvivalFaults::widen)
            .survives(FaultPlan.FCNTL), // then only the kernel decides
        with("splitAndJoinSurviving", m -> m, r -> r.join(r.split(4 * PAGE))),
        new FaultScenario("restore", SurvivalFaults::restore),
        with("closeSurviving", m -> m, MappedRegion::close));
  }

  private static void widen(MappedRegion region) {
    region.protect(Protection.READ_WRITE);
  }

  private static FaultScenario with(
      String name, UnaryOperator<Mapping> request, Consumer<MappedRegion> step) {
    return with(name, request, step, 2 * BYTES);
  }

  /** Makes a scenario with a region of which the pages after the truncated file are lost. */
  private static FaultScenario with(
      String name, UnaryOperator<Mapping> request, Consumer<MappedRegion> step, long truncated) {
    return new FaultScenario(
        name,
        folder -> {
          NativeFile file = file(folder);
          Mapping mapping = Mapping.file(file).range(0, BYTES).readWrite().surviveBusErrors();
          MappedRegion region = request.apply(mapping).mapShared();
          Samples.resize(file.path(), truncated);
          region.segment().get(JAVA_BYTE, BYTES - 1);
          return new OnRegion(region, file, step);
        });
  }

  private static NativeFile file(Path folder) {
    NativeFile file = NativeFile.open(folder.resolve("file"), WRITE, CREATE);
    file.resize(2 * BYTES);
    return file;
  }

  private static FaultScenario.Attempt restore(Path folder) {
    NativeFile file = file(folder);
    MappedRegion region = Mapping.file(file).surviveBusErrors().mapShared();
    Samples.resize(file.path(), PAGE);
    region.segment().get(JAVA_BYTE, 2 * PAGE);
    Samples.resize(file.path(), BYTES);
    return new OnRegion(region, file, MappedRegion::restore);
  }

  private static FaultScenario.Attempt path(Path folder) {
    NativeFile file = file(folder);
    Mapping request = Mapping.file(file.path()).surviveBusErrors();
    return new FaultScenario.Attempt() {
      private MappedRegion region;

      @Override
      public void run() {
        region = request.mapConfined();
      }

      @Override
      public void check(Throwable failure) {
        if (region != null) {
          new OnRegion(region, file, r -> {}).check(failure);
        } else {
          file.close();
        }
      }
    };
  }

  private record OnRegion(MappedRegion region, NativeFile file, Consumer<MappedRegion> step)
      implements FaultScenario.Attempt {
    @Override
    public void run() {
      step.accept(region);
    }

    @Override
    public void check(Throwable failure) {
      if (region.isAlive() && region.size() > 0) {
        checkSurvives();
      }
      region.close(); // also if the first attempt failed
      require(!region.isAlive(), "closed");
      file.close();
    }

    /** Loses all pages but the first, has them back, and loses them again. */
    private void checkSurvives() {
      for (int i = 0; i < 2; i++) {
        Samples.resize(file.path(), PAGE);
        region.segment().get(JAVA_BYTE, 0);
        for (long offset = PAGE; offset < region.size(); offset += PAGE) {
          touch(offset);
        }
        requireLost(region.size() / PAGE - 1);
        Samples.resize(file.path(), 2 * BYTES);
        region.restore();
        region.requireIntact();
      }
    }

    private void touch(long offset) {
      byte value = region.segment().get(JAVA_BYTE, offset);
      require(value == 0, "zeros");
      if (region.protection().canWrite()) {
        region.segment().set(JAVA_BYTE, offset, (byte) 1);
      }
    }

    private void requireLost(long pages) {
      try {
        region.requireIntact();
        throw new AssertionError("nothing is lost");
      } catch (MmanException e) {
        require(e.getMessage().contains(": " + pages + " pages lost"), e.getMessage());
      }
    }
  }
}
