package io.mman;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.internal.region.RegionProbe;
import io.mman.testing.ChildJvm;
import io.mman.testing.Requirements;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** System calls that are interrupted by a signal or that fail with EIO, as strace makes them. */
class NativeFileInterruptTest {
  private static final String CALLS =
      "openat,fstat,newfstatat,ftruncate,fallocate,fadvise64,fsync,fdatasync,fcntl,"
          + "pread64,preadv2,pwrite64,pwritev2,statx";

  @TempDir Path folder;
  private Path path;
  private Path trace;

  @BeforeEach
  void requireStrace() {
    path = folder.resolve("file");
    trace = folder.resolve("trace");
    Requirements.requireTracing();
  }

  /** Makes each call once. */
  static class User {
    public static void main(String... arguments) {
      NativeFile file = NativeFile.open(Path.of(arguments[0]), WRITE, CREATE);
      file.resize(4096);
      file.allocate(0, 8192);
      System.out.println(file.size());
      file.advise(FileAdvice.WILLNEED, 0, 0);
      file.sync();
      file.syncData();
      file.lock(false);
      file.unlock();
      MemorySegment memory = MemorySegment.ofArray(new byte[8]);
      file.read(0, memory);
      file.read(0, memory, ReadFlag.NOWAIT);
      file.write(0, memory);
      file.write(0, memory, WriteFlag.DSYNC);
      file.directLimits();
      file.close();
    }
  }

  @Test
  void interruptedCallsAreMadeAgainButForClose() throws IOException {
    String path = this.path.toString();
    String out =
        traced(User.class, path, "inject=" + CALLS + ",close:error=EINTR:when=1")
            .run(path)
            .success();
    assertEquals("8192\n", out);

    List<String> lines = Files.readAllLines(trace);
    List<String> interrupted =
        lines.stream().filter(line -> line.contains("EINTR")).map(this::call).toList();
    assertEquals(
        List.of(
            "openat",
            "fstat",
            "ftruncate",
            "fallocate",
            "fadvise64",
            "fsync",
            "fdatasync",
            "fcntl",
            "pread64",
            "preadv2",
            "pwrite64",
            "pwritev2",
            "statx",
            "close"),
        interrupted);
    for (String call : interrupted) {
      long made = lines.stream().filter(line -> call(line).equals(call)).count();
      long wanted =
          switch (call) {
            case "close" -> 1;
            case "fstat" -> 3; // to identify the file, and for its length
            case "fcntl" -> 4; // lock, unlock, and the unlock of close
            default -> 2;
          };
      assertEquals(wanted, made, call);
    }
  }

  /** Prints how the calls that write fail. */
  static class Writer {
    public static void main(String... arguments) {
      NativeFile file = NativeFile.open(Path.of(arguments[0]), WRITE, CREATE);
      for (Runnable action : List.<Runnable>of(file::sync, file::syncData, file::close)) {
        try {
          action.run();
          System.out.println("done");
        } catch (MmanException e) {
          System.out.println(e.getMessage());
        }
      }
      file.close();
      System.out.println(file.isOpen());
    }
  }

  @Test
  void aFailingMediumIsAlwaysReported() throws IOException {
    String path = this.path.toString();
    List<String> lines =
        traced(Writer.class, path, "inject=fsync,fdatasync,close:error=EIO").run(path).lines();
    String reason = "(\"" + path + "\"): EIO (Input/output error)";
    assertEquals(List.of("fsync" + reason, "fdatasync" + reason, "close" + reason, "false"), lines);
    try (Stream<String> calls = Files.lines(trace)) {
      assertEquals(1, calls.filter(line -> call(line).equals("close")).count());
    }
  }

  /** Makes the calls without a path to filter by, which the JVM itself never makes. */
  static class Creator {
    public static void main(String... arguments) {
      NativeFile.memory("label", 0).close();
      NativeFile.sharedMemory(arguments[0], WRITE, CREATE).close();
      NativeFile.unlinkSharedMemory(arguments[0]);
    }
  }

  @Test
  void interruptedCreationsAreMadeAgain() throws IOException {
    String name = "/mman-interrupt-" + ProcessHandle.current().pid();
    ChildJvm.of(Creator.class)
        .options("-XX:-UsePerfData")
        .under(
            strace("inject=memfd_create,?unlink,unlinkat:error=EINTR:when=1")
                .toArray(String[]::new))
        .run(name)
        .success();
    List<String> lines = Files.readAllLines(trace);
    for (String call : List.of("memfd_create", "unlink")) {
      List<String> made = lines.stream().filter(line -> call(line).equals(call)).toList();
      assertEquals(2, made.size(), call);
      assertTrue(made.getFirst().contains("EINTR"), made::toString);
    }
  }

  /**
   * Maps no byte of a file of huge pages, and prints whether the library noticed the huge pages.
   */
  static class HugeMapper {
    public static void main(String... arguments) {
      NativeFile file = NativeFile.memory("huge", 0, MemfdFlag.HUGETLB);
      System.out.println(RegionProbe.hasHugePages(Mapping.file(file).mapConfined().region));
    }
  }

  @Test
  void anInterruptedQueryForHugePagesIsMadeAgain() throws IOException {
    String out =
        ChildJvm.of(HugeMapper.class)
            .under(strace("inject=fstatfs:error=EINTR:when=1").toArray(String[]::new))
            .run()
            .success();
    assertEquals("true\n", out);
    List<String> lines = Files.readAllLines(trace); // signals too
    List<String> made = lines.stream().filter(line -> call(line).equals("fstatfs")).toList();
    assertEquals(2, made.size(), made::toString);
    assertTrue(made.getFirst().contains("EINTR"), made::toString);
  }

  private ChildJvm traced(Class<?> main, String path, String injection) {
    List<String> words = strace(injection);
    words.addAll(List.of("-P", path));
    return ChildJvm.of(main).under(words.toArray(String[]::new));
  }

  private List<String> strace(String injection) {
    String calls = injection.substring(injection.indexOf('=') + 1, injection.indexOf(':'));
    return new ArrayList<>(
        List.of(
            "strace",
            "-f",
            "--seccomp-bpf",
            "-qq",
            "-o",
            trace.toString(),
            "-e",
            "trace=" + calls,
            "-e",
            injection));
  }

  /** Returns the name of the call in a line of the trace, after the number of the thread. */
  private String call(String line) {
    String call = line.replaceFirst("^\\d+ +", "");
    String name = call.contains("(") ? call.substring(0, call.indexOf('(')) : call;
    // Some functions of the C library make different calls on different processors.
    return switch (name) {
      case "newfstatat" -> "fstat";
      case "unlinkat" -> "unlink";
      default -> name;
    };
  }
}
