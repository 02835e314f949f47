package io.mman.faults;

import static io.mman.faults.FaultScenario.require;

import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.MmanException;
import io.mman.ipc.SharedLock;
import io.mman.ipc.SharedLock.State;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The scenarios with locks in shared memory. Whatever fails, the lock can be used afterwards. */
final class LockFaults {
  /** Where an owner is recorded that never lived. */
  private static final long DEAD = 16;

  private LockFaults() {}

  static List<FaultScenario> all() {
    return List.of(
        new FaultScenario("newLock", folder -> new Opening(folder, true))
            // The byte of the header, or of the participant, is held elsewhere for the moment.
            .survives(FaultPlan.FCNTL, 1, "EACCES EAGAIN")
            .survives(FaultPlan.FCNTL, 3, "EACCES EAGAIN")
            .survives(FaultPlan.OPENAT, 1, "ENOENT"),
        new FaultScenario("knownLock", folder -> new Opening(folder, false))
            .survives(FaultPlan.FCNTL, "EACCES EAGAIN"),
        new FaultScenario("lockOfTheDead", Taking::new),
        new FaultScenario("closeLock", Closing::new)
            .survives(FaultPlan.FCNTL)
            .survives(FaultPlan.CLOSE));
  }

  /** Opens a lock, whose file it creates or not. */
  private static final class Opening implements FaultScenario.Attempt {
    private final Path file;
    private final MappedRegion region = region();
    private SharedLock lock;

    Opening(Path folder, boolean isNew) throws IOException {
      file = folder.resolve("lock");
      Files.deleteIfExists(file);
      if (!isNew) {
        SharedLock.at(region, 0, file).close();
      }
    }

    @Override
    public void run() {
      try {
        lock = SharedLock.at(region, 0, file);
      } catch (IllegalArgumentException e) { // the lock was used with a file that does not exist
        throw e.getCause() instanceof MmanException cause ? cause : e;
      }
    }

    @Override
    public void check(Throwable failure) {
      try (SharedLock second = SharedLock.at(region, 0, file)) {
        use(second);
        if (lock != null) {
          use(lock);
          lock.close();
        }
      }
      region.close();
    }
  }

  /** Takes a lock from an owner that has died. */
  private static final class Taking implements FaultScenario.Attempt {
    private final MappedRegion region = region();
    private final SharedLock lock;

    Taking(Path folder) {
      lock = SharedLock.at(region, 0, folder.resolve("lock"));
      SharedLock.at(region, 0, folder.resolve("lock")).close();
      region.segment().set(ValueLayout.JAVA_INT, 0, 2);
    }

    @Override
    public void run() {
      require(lock.lock() == State.OWNER_DIED, "the owner has died");
      lock.unlock();
    }

    @Override
    public void check(Throwable failure) {
      if (failure != null) {
        require(lock.tryLock().equals(Optional.of(State.OWNER_DIED)), "still dead");
        lock.unlock();
      }
      use(lock);
      lock.close();
      region.close();
    }
  }

  private static final class Closing implements FaultScenario.Attempt {
    private final MappedRegion region = region();
    private final Path file;
    private final SharedLock lock;

    Closing(Path folder) {
      file = folder.resolve("lock");
      lock = SharedLock.at(region, 0, file);
    }

    @Override
    public void run() {
      lock.close();
    }

    @Override
    public void check(Throwable failure) {
      lock.close();
      try (SharedLock next = SharedLock.at(region, 0, file)) {
        use(next);
      }
      region.close();
    }
  }

  private static MappedRegion region() {
    return Mapping.anonymous(FaultScenario.BYTES).shared().mapShared();
  }

  private static void use(SharedLock lock) {
    require(lock.lock() == State.CLEAN, "clean");
    require(lock.tryLock().isEmpty(), "held");
    lock.unlock();
  }
}
