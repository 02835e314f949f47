package io.mman.faults;

import static io.mman.faults.FaultScenario.BYTES;
import static io.mman.faults.FaultScenario.PAGE;
import static io.mman.faults.FaultScenario.require;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

import io.mman.Advice;
import io.mman.MapFlag;
import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.Mman;
import io.mman.NativeFile;
import io.mman.Protection;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** The scenarios with mirrored regions: after a failure neither half is mapped, or both are. */
final class MirrorFaults {
  private static final long HALF = BYTES / 2;

  private MirrorFaults() {}

  static List<FaultScenario> all() {
    List<FaultScenario> all =
        new ArrayList<>(
            List.of(
                maps("mirrored", m -> m),
                maps("mirroredGuarded", m -> m.guardPages().populate().advise(Advice.DONTFORK)),
                maps("mirroredLocked", m -> m.range(HALF / 2, HALF / 2).flags(MapFlag.LOCKED)),
                maps("mirroredCreated", m -> m.create(2 * HALF))
                    .survives(FaultPlan.FALLOCATE, 1, "EINVAL EOPNOTSUPP")
                    .maySurvive(FaultPlan.FALLOCATE, "EOPNOTSUPP"),
                maps("mirroredRefused", m -> m.advise(Advice.WIPEONFORK))
                    .refusedBy(FaultPlan.MADVISE)
                    .survives(FaultPlan.MADVISE, 2, "") // whether the kernel knows the advice
                    .suppresses(FaultPlan.MUNMAP, FaultRule.EVERY),
                uses("narrowMirrored", r -> r.protect(Protection.READ)),
                uses("syncMirrored", MappedRegion::sync),
                uses("readMirrored", MirrorFaults::readAcrossTheMiddle)
                    .survives(FaultPlan.PREAD64) // then from the pages
                    .survives(FaultPlan.FSTATFS),
                uses("closeMirrored", MappedRegion::close)));
    if (Mman.survivesBusErrors()) {
      all.add(maps("mirroredSurviving", Mapping::surviveBusErrors));
    }
    return all;
  }

  private static void readAcrossTheMiddle(MappedRegion ring) {
    byte[] two = new byte[2];
    require(ring.read(HALF - 1, MemorySegment.ofArray(two)) == 2, "read");
    require(two[0] == 0 && two[1] == 1, "the bytes");
  }

  private static NativeFile file(Path folder) {
    NativeFile file = NativeFile.open(folder.resolve("ring"), WRITE, CREATE);
    file.resize(HALF);
    return file;
  }

  private static FaultScenario maps(String name, UnaryOperator<Mapping> request) {
    return new FaultScenario(
            name,
            folder -> {
              NativeFile file = file(folder);
              Mapping mapping = request.apply(Mapping.file(file).readWrite().mirrored());
              return MappingFaults.mapping(mapping, failure -> release(file));
            })
        .survives(FaultPlan.LSEEK); // then fstat is used
  }

  private static void release(NativeFile file) {
    file.resize(0); // no region covers it any more
    file.close();
  }

  private static FaultScenario uses(String name, Consumer<MappedRegion> step) {
    return new FaultScenario(
        name,
        folder -> {
          NativeFile file = file(folder);
          MappedRegion ring = Mapping.file(file).readWrite().mirrored().mapShared();
          ring.segment().set(JAVA_BYTE, HALF, (byte) 1);
          return new OnMirror(ring, file, step);
        });
  }

  private record OnMirror(MappedRegion ring, NativeFile file, Consumer<MappedRegion> step)
      implements FaultScenario.Attempt {
    @Override
    public void run() {
      step.accept(ring);
    }

    @Override
    public void check(Throwable failure) {
      if (ring.isAlive()) {
        ring.protect(Protection.READ_WRITE);
        MemorySegment view = ring.segment();
        for (long i = PAGE - 1; i < 2 * HALF; i += PAGE) {
          view.set(JAVA_BYTE, i, (byte) 3);
          require(view.get(JAVA_BYTE, (i + HALF) % (2 * HALF)) == 3, "a twin");
        }
      }
      ring.close(); // also if the first attempt failed
      release(file);
    }
  }
}
