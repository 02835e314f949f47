package io.mman.faults;

import static io.mman.faults.FaultScenario.BYTES;
import static io.mman.faults.FaultScenario.PAGE;
import static io.mman.faults.FaultScenario.require;

import io.mman.change.Commit;
import io.mman.change.JournalBytes;
import io.mman.change.StagedRegion;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The scenarios with commits. A file holds the same version number at several places: whatever
 * fails, all of them are old, or all are new.
 */
final class StagedFaults {
  /** The last one is in a page in which the file ends. */
  private static final long SIZE = BYTES - 7;

  private static final long[] PLACES = {0, 5 * PAGE, 6 * PAGE + 5, SIZE - 1};

  private StagedFaults() {}

  static List<FaultScenario> all() {
    return List.of(
        committing("commitAgain", StagedFaults::commitAgain),
        committing("commitAndRollBack", StagedFaults::rollBack),
        committing("commitAndReopen", StagedFaults::reopen),
        committing("commitExtension", StagedFaults::commitExtension)
            .survives(FaultPlan.MREMAP, "EFAULT")
            .survives(FaultPlan.MUNMAP) // of what shows that there is room
            .survives(FaultPlan.FALLOCATE, 1, "EOPNOTSUPP")
            .survives(FaultPlan.FALLOCATE, 2, "EINVAL")
            .maySurvive(FaultPlan.FALLOCATE, "EOPNOTSUPP"), // glibc writes to each block
        scenario("rollBack", RollingBack::new)
            .survives(FaultPlan.IOCTL)
            .survives(FaultPlan.PROCESS_MADVISE)
            .mayMake(FaultPlan.PROCESS_MADVISE),
        scenario("closeStaged", Closing::new)
            .survives(FaultPlan.FLOCK)
            .survives(FaultPlan.FCNTL)
            .survives(FaultPlan.CLOSE, 1, ""), // of the page map
        opening("createStaged", false, false)
            .survives(FaultPlan.OPENAT, 1, "ENOENT")
            .survives(FaultPlan.OPENAT, 2, "ENOENT")
            .survives(FaultPlan.OPENAT, 4, "EACCES EINVAL EISDIR ENOENT EOPNOTSUPP EPERM")
            .survives(FaultPlan.MUNMAP) // of what shows that there is room
            .survives(FaultPlan.FALLOCATE, 1, "EINVAL EOPNOTSUPP")
            .survives(FaultPlan.FSYNC, 5, "EINVAL")
            .survives(FaultPlan.LINKAT),
        opening("openStaged", true, false)
            .survives(FaultPlan.OPENAT, 1, "ENOENT") // a file that was created just now
            .survives(FaultPlan.OPENAT, 2, "ENOENT")
            .survives(FaultPlan.OPENAT, 3, "EACCES EINVAL")
            .survives(FaultPlan.FSYNC, "EINVAL"),
        opening("recover", true, true)
            .survives(FaultPlan.OPENAT, 2, "ENOENT")
            .survives(FaultPlan.OPENAT, 3, "EACCES EINVAL")
            .survives(FaultPlan.FSYNC, "EINVAL")
            .survives(FaultPlan.FCNTL, 1, "EACCES EAGAIN"));
  }

  static List<String> names() {
    return all().stream().map(FaultScenario::name).toList();
  }

  private static FaultScenario scenario(String name, FaultScenario.Preparation preparation) {
    return new FaultScenario(name, preparation).survives(FaultPlan.LSEEK);
  }

  private static FaultScenario committing(String name, Check check) {
    boolean isExtended = name.equals("commitExtension");
    return scenario(name, folder -> new Committing(folder, isExtended, check))
        .survives(FaultPlan.FCNTL, 1, "EACCES EAGAIN")
        .survives(FaultPlan.IOCTL) // then all of the page map is read
        .survives(FaultPlan.PROCESS_MADVISE)
        .mayMake(FaultPlan.PROCESS_MADVISE);
  }

  private static FaultScenario opening(String name, boolean exists, boolean recovers) {
    return scenario(name, folder -> new Opening(folder, exists, recovers))
        .survives(FaultPlan.FSTATFS)
        .survives(FaultPlan.CLOSE)
        .survives(FaultPlan.FSETXATTR, "EACCES EOPNOTSUPP EPERM");
  }

  /** What is done after a commit that may have failed. */
  private interface Check {
    void check(Pair files, StagedRegion db, boolean hasFailed) throws IOException;
  }

  private static void commitAgain(Pair files, StagedRegion db, boolean hasFailed)
      throws IOException {
    Commit again = db.commit();
    require(hasFailed || again.pages() == 0, "nothing is left");
    require(files.version() == 2, "new");
    requireUsable(files, db);
  }

  private static void commitExtension(Pair files, StagedRegion db, boolean hasFailed)
      throws IOException {
    db.commit();
    require(Files.size(files.path) == 2 * BYTES && db.size() == 2 * BYTES, "extended");
    require(files.version() == 2, "new");
    requireUsable(files, db);
  }

  private static void rollBack(Pair files, StagedRegion db, boolean hasFailed) throws IOException {
    db.rollback();
    int version = files.version();
    require(version == 2 || (hasFailed && version == 1), "old or new");
    for (long place : PLACES) {
      require(db.segment().get(ValueLayout.JAVA_BYTE, place) == version, "as the file");
    }
    requireUsable(files, db);
  }

  private static void reopen(Pair files, StagedRegion db, boolean hasFailed) throws IOException {
    db.close();
    try (StagedRegion next = files.open()) {
      int version = files.version();
      require(version == 2 || (hasFailed && version == 1), "old or new");
      requireUsable(files, next);
    }
  }

  private static void requireUsable(Pair files, StagedRegion db) throws IOException {
    files.set(db, 3);
    db.commit();
    require(files.version() == 3, "usable");
  }

  /** The file and its journal. */
  private static final class Pair {
    private final Path path;
    private final Path journal;

    Pair(Path folder) throws IOException {
      path = folder.resolve("file");
      journal = folder.resolve("journal");
      Files.deleteIfExists(path);
      Files.deleteIfExists(journal);
    }

    StagedRegion open() {
      return StagedRegion.open(path, SIZE, journal);
    }

    void set(StagedRegion db, int version) {
      for (long place : PLACES) {
        db.segment().set(ValueLayout.JAVA_BYTE, place, (byte) version);
      }
    }

    /** Returns the version that all places of the file have. */
    int version() throws IOException {
      try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
        int version = file.read();
        for (long place : PLACES) {
          file.seek(place);
          require(file.read() == version, "one version");
        }
        return version;
      }
    }
  }

  private static final class Committing implements FaultScenario.Attempt {
    private final Pair files;
    private final StagedRegion db;
    private final Check check;

    Committing(Path folder, boolean isExtended, Check check) throws IOException {
      files = new Pair(folder);
      db = files.open();
      this.check = check;
      files.set(db, 1);
      db.commit();
      files.set(db, 2);
      if (isExtended) {
        db.extend(2 * BYTES);
      }
    }

    @Override
    public void run() {
      db.commit();
    }

    @Override
    public void check(Throwable failure) throws IOException {
      check.check(files, db, failure != null);
      db.close();
    }
  }

  private static final class RollingBack implements FaultScenario.Attempt {
    private final Pair files;
    private final StagedRegion db;

    RollingBack(Path folder) throws IOException {
      files = new Pair(folder);
      db = files.open();
      files.set(db, 1);
      db.commit();
      files.set(db, 2);
    }

    @Override
    public void run() {
      db.rollback();
    }

    @Override
    public void check(Throwable failure) throws IOException {
      db.rollback();
      require(db.changes().isEmpty(), "nothing is left");
      requireUsable(files, db);
      db.close();
    }
  }

  private static final class Closing implements FaultScenario.Attempt {
    private final Pair files;
    private final StagedRegion db;

    Closing(Path folder) throws IOException {
      files = new Pair(folder);
      db = files.open();
      files.set(db, 1);
      db.commit();
      files.set(db, 2);
    }

    @Override
    public void run() {
      db.close();
    }

    @Override
    public void check(Throwable failure) throws IOException {
      db.close();
      try (StagedRegion next = files.open()) {
        require(files.version() == 1, "old");
        requireUsable(files, next);
      }
    }
  }

  private static final class Opening implements FaultScenario.Attempt {
    private final Pair files;
    private final boolean recovers;
    private StagedRegion db;

    Opening(Path folder, boolean exists, boolean recovers) throws IOException {
      files = new Pair(folder);
      this.recovers = recovers;
      if (exists) {
        files.open().close();
      }
      if (recovers) {
        byte[] page = new byte[(int) PAGE];
        page[0] = 7;
        Files.write(files.journal, JournalBytes.of(files.path, SIZE, SIZE, PAGE, page));
      }
    }

    @Override
    public void run() {
      db = recovers ? StagedRegion.open(files.path, files.journal) : files.open();
    }

    @Override
    public void check(Throwable failure) throws IOException {
      try (StagedRegion used = failure == null ? db : files.open()) {
        require(used.size() == SIZE, "of its size");
        require(used.segment().get(ValueLayout.JAVA_BYTE, PAGE) == (recovers ? 7 : 0), "recovered");
        requireUsable(files, used);
      }
    }
  }
}
