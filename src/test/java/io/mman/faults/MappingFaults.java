package io.mman.faults;

import static io.mman.faults.FaultScenario.BYTES;
import static io.mman.faults.FaultScenario.PAGE;
import static io.mman.faults.FaultScenario.require;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

import io.mman.Advice;
import io.mman.MapFlag;
import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.MemfdFlag;
import io.mman.NativeFile;
import io.mman.Protection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/** The scenarios that map: a failure undoes all earlier steps. */
final class MappingFaults {
  private static final Protection RW = Protection.READ_WRITE;

  private MappingFaults() {}

  static List<FaultScenario> all() {
    return List.of(
        creates(new FaultScenario("create", folder -> newFile(folder, m -> m))),
        creates(new FaultScenario("createPopulated", folder -> newFile(folder, Mapping::populate))),
        creates(
                new FaultScenario(
                    "createRefused", folder -> newFile(folder, MappingFaults::refused)))
            .refusedBy(FaultPlan.MADVISE)
            .survives(FaultPlan.MADVISE, 2, "") // whether the kernel knows the advice at all
            .suppresses(FaultPlan.MUNMAP, FaultRule.EVERY),
        opens(onPath("path", m -> m)),
        lengthens(onPath("pathExtended", m -> m.create(2 * BYTES))),
        lengthens(onPath("pathRefused", m -> refused(m.create(2 * BYTES))))
            .refusedBy(FaultPlan.MADVISE)
            .survives(FaultPlan.MADVISE, 2, "") // whether the kernel knows the advice at all
            .suppresses(FaultPlan.MUNMAP, FaultRule.EVERY),
        lengthens(onPath("pathPreallocated", m -> m.create(2 * BYTES).preallocate())),
        opens(onPath("copyOnWrite", m -> m.copyOnWrite().protection(RW).populate())),
        new FaultScenario("fileOfHugePages", MappingFaults::nothingOfHugePages)
            .survives(FaultPlan.LSEEK) // then fstat is used
            .survives(FaultPlan.FSTATFS), // then they count as small pages
        onFile("file", m -> m.range(5, BYTES / 2)),
        new FaultScenario("fileAgain", MappingFaults::again).survives(FaultPlan.LSEEK),
        allocates(
            onFile("fileExtended", m -> m.create(2 * BYTES).range(PAGE + 1, BYTES).populate())),
        onFile("fileReserved", m -> m.protection(RW).reserve(3 * BYTES).guardPages()),
        huge(onFile("fileHuge", m -> m.hugePages().alignment(16 << 20))),
        onMemory("anonymous", m -> m),
        onMemory("anonymousNamed", m -> m.name("fault")).survives(FaultPlan.PRCTL),
        onMemory("anonymousShared", m -> m.shared().populate().advise(Advice.DONTDUMP)),
        onMemory("anonymousReserved", m -> m.reserve(3 * BYTES).guardPages().populate()),
        huge(onMemory("anonymousHuge", m -> m.hugePages().alignment(16 << 20).guardPages())),
        onMemory("anonymousLocked", m -> m.flags(MapFlag.LOCKED).reserve(2 * BYTES)),
        opens(new FaultScenario("borrowed", MappingFaults::intoArena)));
  }

  /** The file is opened for the mapping only: nothing needs its descriptor after that. */
  private static FaultScenario opens(FaultScenario scenario) {
    return scenario.survives(FaultPlan.CLOSE);
  }

  /**
   * It opens the file, and creates it if there is none. Where a file without a name is impossible,
   * it gets a temporary one, and there is a second way to give it its name.
   */
  private static FaultScenario creates(FaultScenario scenario) {
    return lengthens(scenario)
        .survives(FaultPlan.OPENAT, 2, "EOPNOTSUPP EISDIR ENOENT EINVAL EPERM EACCES")
        .survives(FaultPlan.LINKAT);
  }

  private static FaultScenario lengthens(FaultScenario scenario) {
    return allocates(opens(scenario)).survives(FaultPlan.OPENAT, 1, "ENOENT");
  }

  /** The file system may be unable to allocate blocks; then the file is only made longer. */
  private static FaultScenario allocates(FaultScenario scenario) {
    return scenario
        .survives(FaultPlan.FALLOCATE, 1, "EINVAL EOPNOTSUPP")
        .maySurvive(FaultPlan.FALLOCATE, "EOPNOTSUPP"); // glibc writes to each block
  }

  /** The size of a huge page is read from a file; without it, a size is assumed. */
  private static FaultScenario huge(FaultScenario scenario) {
    return scenario
        .survives(FaultPlan.OPENAT)
        .survives(FaultPlan.CLOSE)
        .survives(FaultPlan.LSEEK)
        .maySurvive(FaultPlan.FSTAT, "") // of the JDK, or of the mapped file
        .maySurvive(FaultPlan.NEWFSTATAT, "")
        .survives(FaultPlan.MUNMAP) // address space beside the aligned pages
        .mayMake(FaultPlan.MUNMAP)
        .survives(FaultPlan.MADVISE, "EINVAL"); // a kernel without huge pages
  }

  /** Adds advice that does not apply to files: the first failure, after which others may follow. */
  private static Mapping refused(Mapping mapping) {
    return mapping.advise(Advice.WIPEONFORK); // for whose reason nothing is read from /proc
  }

  private static FaultScenario.Attempt newFile(Path folder, Function<Mapping, Mapping> request) {
    Path path = folder.resolve("new");
    return mapping(
        request.apply(Mapping.file(path).create(BYTES)),
        failure -> {
          String[] names = folder.toFile().list();
          path.toFile().delete();
          require(names.length == (failure == null ? 1 : 0), "a new file has its name last");
        });
  }

  private static FaultScenario onPath(String name, Function<Mapping, Mapping> request) {
    return new FaultScenario(
        name,
        folder -> {
          Path path = sparse(folder);
          return mapping(request.apply(Mapping.file(path)), failure -> requireLength(path));
        });
  }

  private static FaultScenario onFile(String name, Function<Mapping, Mapping> request) {
    return new FaultScenario(
            name,
            folder -> {
              NativeFile file = NativeFile.open(sparse(folder), WRITE);
              return mapping(
                  request.apply(Mapping.file(file)),
                  failure -> {
                    requireLength(file.path());
                    file.resize(0); // no region covers it any more
                    file.close();
                  });
            })
        .survives(FaultPlan.LSEEK); // then fstat is used
  }

  private static Path sparse(Path folder) {
    Path path = folder.resolve("sparse");
    try (NativeFile file = NativeFile.open(path, WRITE, CREATE)) {
      file.resize(BYTES);
    }
    return path;
  }

  private static void requireLength(Path path) {
    try {
      require(Files.size(path) >= BYTES, "a file is never truncated");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** For a file that was mapped before, only the length is queried. */
  private static FaultScenario.Attempt again(Path folder) {
    NativeFile file = NativeFile.open(sparse(folder));
    Mapping.file(file).mapConfined().close();
    return mapping(Mapping.file(file), failure -> file.close());
  }

  /** Empty, because a huge page may not be available. */
  private static FaultScenario.Attempt nothingOfHugePages(Path folder) {
    NativeFile file = NativeFile.memory("fault", 0, MemfdFlag.HUGETLB);
    return mapping(Mapping.file(file), failure -> file.close());
  }

  private static FaultScenario onMemory(String name, Function<Mapping, Mapping> request) {
    return new FaultScenario(
        name, folder -> mapping(request.apply(Mapping.anonymous(BYTES)), failure -> {}));
  }

  static FaultScenario.Attempt mapping(Mapping request, Consumer<Throwable> aftermath) {
    return new FaultScenario.Attempt() {
      private MappedRegion region;

      @Override
      public void run() {
        region = request.mapConfined();
      }

      @Override
      public void check(Throwable failure) {
        if (failure == null) {
          RegionFaults.checkUsable(region);
          region.close();
        }
        aftermath.accept(failure);
      }
    };
  }

  private static FaultScenario.Attempt intoArena(Path folder) {
    Arena arena = Arena.ofConfined();
    Path path = sparse(folder);
    return new FaultScenario.Attempt() {
      @Override
      public void run() {
        Mapping.anonymous(BYTES).guardPages().populate().map(arena);
        Mapping.file(path).populate().map(arena);
      }

      @Override
      public void check(Throwable failure) {
        arena.close(); // with the region that could be mapped
      }
    };
  }
}
