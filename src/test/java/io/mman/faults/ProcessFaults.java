package io.mman.faults;

import static io.mman.faults.FaultScenario.BYTES;
import static io.mman.faults.FaultScenario.require;

import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.Mman;
import io.mman.MmanException;
import io.mman.NativeFile;
import io.mman.internal.error.ResourceLimits;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * The scenarios with the process and with devices. They come last, because they unlock the memory
 * that others have locked.
 */
final class ProcessFaults {
  private static final Path DEVICES = Path.of("/dev");
  private static final int S_IFMT = 0xF000;
  private static final int S_IFBLK = 0x6000;

  private ProcessFaults() {}

  /** Returns those that this system and user allow. */
  static List<FaultScenario> all() throws IOException {
    List<FaultScenario> all = new ArrayList<>();
    all.add(
        new FaultScenario("descriptorLimit", folder -> descriptorLimit())
            .survives(FaultPlan.PRLIMIT64));
    // Without a flag it locks nothing, and fails with EINVAL unless it fails before.
    all.add(new FaultScenario("lockAll", folder -> step(() -> Mman.mlockall(), failure -> {})));
    all.add(new FaultScenario("unlockAll", folder -> step(Mman::munlockall, failure -> {})));
    all.add(new FaultScenario("sealNothing", folder -> sealNothing()));
    for (Path device : blockDevice()) {
      all.add(new FaultScenario("blockDevice", folder -> mapDevice(device)));
    }
    return all;
  }

  private static FaultScenario.Attempt step(Runnable calls, Consumer<Throwable> check) {
    return new FaultScenario.Attempt() {
      @Override
      public void run() {
        calls.run();
      }

      @Override
      public void check(Throwable failure) {
        check.accept(failure);
      }
    };
  }

  /**
   * If the limit cannot be queried, the message has no number. The library queries it only after an
   * EMFILE, and strace makes one call fail at a time, so this calls the internal class directly.
   */
  private static FaultScenario.Attempt descriptorLimit() {
    return step(
        () ->
            require(ResourceLimits.descriptors().startsWith("RLIMIT_NOFILE allows "), "the limit"),
        failure -> {});
  }

  /** An empty range, because sealed memory could not be unmapped. */
  private static FaultScenario.Attempt sealNothing() {
    MemorySegment nothing = MemorySegment.ofAddress(Mman.pageSize()).reinterpret(0);
    return step(() -> Mman.mseal(nothing), failure -> {});
  }

  private static FaultScenario.Attempt mapDevice(Path path) {
    NativeFile device = NativeFile.open(path);
    return MappingFaults.mapping(Mapping.file(device).range(0, BYTES), failure -> device.close());
  }

  /** Returns a block device that may be opened, if there is one. */
  private static List<Path> blockDevice() throws IOException {
    try (var paths = Files.list(DEVICES)) {
      return paths.filter(ProcessFaults::isBlockDevice).sorted().limit(1).toList();
    }
  }

  /** Only block devices are opened, because opening others may have an effect. */
  private static boolean isBlockDevice(Path path) {
    try {
      if (((int) Files.getAttribute(path, "unix:mode") & S_IFMT) != S_IFBLK) {
        return false;
      }
      try (MappedRegion device = Mapping.file(path).range(0, BYTES).mapConfined()) {
        return device.isAlive();
      }
    } catch (IOException | MmanException | IllegalArgumentException notAllowed) {
      return false;
    }
  }
}
