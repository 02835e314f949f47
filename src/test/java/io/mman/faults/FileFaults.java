package io.mman.faults;

import static io.mman.faults.FaultScenario.BYTES;
import static io.mman.faults.FaultScenario.PAGE;
import static io.mman.faults.FaultScenario.require;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.WRITE;

import io.mman.FileAdvice;
import io.mman.FileSeal;
import io.mman.Mapping;
import io.mman.MemfdFlag;
import io.mman.NativeFile;
import io.mman.ReadFlag;
import io.mman.WriteFlag;
import io.mman.testing.LibC;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** The scenarios with files. */
final class FileFaults {
  /** The errors of fcntl if another process holds the lock. */
  private static final String LOCKED = "EACCES EAGAIN";

  private FileFaults() {}

  private static final MemorySegment MEMORY = MemorySegment.ofArray(new byte[9]);

  /** A step with an open file. */
  private interface Step {
    void take(NativeFile file);
  }

  static List<FaultScenario> all() {
    return List.of(
        new FaultScenario("open", FileFaults::open),
        new FaultScenario("openNew", FileFaults::openNew),
        new FaultScenario("adopt", FileFaults::adopt),
        new FaultScenario("memory", FileFaults::memory),
        new FaultScenario("sharedMemory", FileFaults::sharedMemory),
        new FaultScenario("unlinkSharedMemory", FileFaults::unlinkSharedMemory),
        onFile("size", file -> require(file.size() == BYTES, "size")),
        onFile("resizeFile", file -> file.resize(BYTES + 1)),
        onFile("allocate", file -> file.allocate(0, 3 * PAGE))
            .maySurvive(FaultPlan.FALLOCATE, "EOPNOTSUPP"), // glibc writes to each block then
        onFile("syncFile", NativeFile::sync),
        onFile("syncData", NativeFile::syncData),
        onFile("adviseFile", file -> file.advise(FileAdvice.DONTNEED, 0, 0)),
        onFile("lockFile", file -> file.lock(false)).survives(FaultPlan.FCNTL, LOCKED),
        onFile("tryLock", file -> file.tryLock(true)).survives(FaultPlan.FCNTL, LOCKED),
        onFile("unlockFile", FileFaults::lockAndUnlock).survives(FaultPlan.FCNTL, 1, LOCKED),
        onFile("closeLocked", FileFaults::lockAndClose)
            .survives(FaultPlan.FCNTL, 1, LOCKED)
            .survives(FaultPlan.FCNTL, FaultRule.LATER, ""), // close(2) releases the lock too
        onFile("closeFile", NativeFile::close),
        new FaultScenario("reveal", FileFaults::reveal).survives(FaultPlan.LSEEK),
        onFile("cacheStat", file -> file.cacheStat(0, PAGE)),
        onFile("read", FileFaults::read),
        onFile("readFlags", file -> require(file.read(0, MEMORY, ReadFlag.HIPRI) == 9, "read")),
        onFile("readNowait", FileFaults::readNowait).survives(FaultPlan.PREADV2, "EAGAIN"),
        onFile("write", FileFaults::write),
        onFile("writeFlags", file -> require(file.write(0, MEMORY, WriteFlag.DSYNC) == 9, "write")),
        onMemory("seal", file -> file.seal(FileSeal.SHRINK)),
        onMemory("seals", file -> require(file.seals().isEmpty(), "no seals")));
  }

  private static Path existing(Path folder) throws Exception {
    return Files.writeString(folder.resolve("existing"), "12345");
  }

  /** A failure leaves no descriptor; this is checked at the end of the round. */
  private static FaultScenario.Attempt attempt(
      Supplier<NativeFile> opener, Consumer<Throwable> check) {
    return new FaultScenario.Attempt() {
      private NativeFile file;

      @Override
      public void run() {
        file = opener.get();
      }

      @Override
      public void check(Throwable failure) {
        if (failure == null) {
          file.size();
          file.close();
        }
        check.accept(failure);
      }
    };
  }

  private static FaultScenario.Attempt open(Path folder) throws Exception {
    Path path = existing(folder);
    return attempt(() -> NativeFile.open(path), failure -> {});
  }

  private static FaultScenario.Attempt memory(Path folder) {
    return attempt(() -> NativeFile.memory("fault", BYTES), failure -> {});
  }

  private static FaultScenario.Attempt openNew(Path folder) {
    Path path = folder.resolve("new");
    return attempt(
        () -> NativeFile.open(path, WRITE, CREATE_NEW),
        failure -> {
          require(path.toFile().exists() == (failure == null), "a new file");
          path.toFile().delete();
        });
  }

  /** A descriptor that could not be adopted still belongs to the caller. */
  private static FaultScenario.Attempt adopt(Path folder) throws Exception {
    NativeFile file = NativeFile.open(existing(folder));
    int fd = LibC.dup(file.fd());
    return attempt(
        () -> NativeFile.adopt(fd),
        failure -> {
          file.close();
          if (failure != null) {
            NativeFile.adopt(fd).close();
          }
        });
  }

  private static String sharedMemoryName() {
    return "/mman-fault-" + ProcessHandle.current().pid();
  }

  private static FaultScenario.Attempt sharedMemory(Path folder) {
    return attempt(
        () -> NativeFile.sharedMemory(sharedMemoryName(), WRITE, CREATE),
        failure -> {
          if (failure == null) {
            NativeFile.unlinkSharedMemory(sharedMemoryName());
          }
        });
  }

  private static FaultScenario.Attempt unlinkSharedMemory(Path folder) {
    String name = sharedMemoryName() + "-unlinked";
    NativeFile.sharedMemory(name, WRITE, CREATE).close();
    return new FaultScenario.Attempt() {
      @Override
      public void run() {
        NativeFile.unlinkSharedMemory(name);
      }

      @Override
      public void check(Throwable failure) {
        if (failure != null) {
          NativeFile.unlinkSharedMemory(name);
        }
      }
    };
  }

  private static FaultScenario onFile(String name, Step step) {
    return new FaultScenario(
        name,
        folder -> {
          NativeFile file = NativeFile.open(folder.resolve("file"), WRITE, CREATE);
          file.resize(BYTES);
          return using(file, step);
        });
  }

  private static FaultScenario onMemory(String name, Step step) {
    return new FaultScenario(
        name, folder -> using(NativeFile.memory(name, BYTES, MemfdFlag.ALLOW_SEALING), step));
  }

  private static FaultScenario.Attempt using(NativeFile file, Step step) {
    return new FaultScenario.Attempt() {
      @Override
      public void run() {
        step.take(file);
      }

      @Override
      public void check(Throwable failure) {
        if (file.isOpen()) {
          require(file.size() >= BYTES, "the length");
          file.resize(BYTES + PAGE);
          require(file.tryLock(false), "the lock");
          file.unlock();
          file.close();
        }
        file.close(); // the descriptor is closed once, even after a failure
      }
    };
  }

  /** The second mapping has moved the offset; the number is given out with the offset at 0. */
  private static FaultScenario.Attempt reveal(Path folder) throws Exception {
    NativeFile file = NativeFile.open(existing(folder));
    Mapping.file(file).mapConfined().close();
    Mapping.file(file).mapConfined().close();
    return new FaultScenario.Attempt() {
      @Override
      public void run() {
        file.fd();
      }

      @Override
      public void check(Throwable failure) {
        require(LibC.offset(file.fd()) == 0, "the offset");
        file.close();
      }
    };
  }

  private static void read(NativeFile file) {
    require(file.read(0, MEMORY) == 9, "read");
  }

  private static void readNowait(NativeFile file) {
    require(file.read(0, MEMORY, ReadFlag.NOWAIT) <= 9, "read");
  }

  private static void write(NativeFile file) {
    require(file.write(0, MEMORY) == 9, "write");
  }

  private static void lockAndUnlock(NativeFile file) {
    file.lock(true);
    file.unlock();
  }

  private static void lockAndClose(NativeFile file) {
    file.lock(true);
    file.close();
  }
}
