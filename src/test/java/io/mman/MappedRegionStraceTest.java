package io.mman;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.mman.testing.ChildJvm;
import io.mman.testing.Requirements;
import io.mman.testing.Samples;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The system calls that each job makes, as strace counts them: those it needs and no others. */
class MappedRegionStraceTest {
  private static final long SIZE = 8 * Mman.pageSize();

  /** A name that no file has: querying it marks the start and end of a job in the trace. */
  private static final String MARK = "/mark-of-mman-";

  private static final String END = MARK + "end";

  /**
   * Excludes the second line of a call during which another thread made one, and brk, which malloc
   * calls at any time.
   */
  private static final Pattern CALL = Pattern.compile("^(?!brk)\\w+\\(");

  private static final String TRACED = "%file,%desc,%memory,process_vm_readv,process_vm_writev";

  private static Map<String, List<String>> calls;

  /** Does each job three times, so that everything is loaded, linked and opened before the last. */
  static class Worker {
    private static final int TIMES = 3;
    private static final int MANY = 20;

    private static Path absent;

    public static void main(String... arguments) {
      Path path = Path.of(arguments[0]);
      absent = path.resolveSibling("new");
      NativeFile file = NativeFile.open(path, StandardOpenOption.WRITE);
      MappedRegion region = Mapping.file(file).protection(Protection.READ_WRITE).mapShared();
      MemorySegment buffer = Arena.global().allocate(100);
      Mapping readable = Mapping.file(path);
      Mapping writable = readable.protection(Protection.READ_WRITE);
      Mapping open = Mapping.file(file);
      Mapping memory = Mapping.anonymous(SIZE);
      for (int i = 0; i < MANY; i++) {
        memory.mapShared(); // what a process with many regions needs is then loaded
      }
      MappedRegion anonymous = memory.mapShared();
      job("path", () -> inArena(readable));
      job("path-range", () -> inArena(writable.range(5, 9).copyOnWrite()));
      job("path-shared", () -> writable.mapShared().close());
      job("path-create-existing", () -> writable.create(1).mapConfined().close());
      job("path-create-new", () -> Mapping.file(absent).create(SIZE).mapConfined().close());
      job("file", () -> open.mapConfined().close());
      job("file-arena", () -> inArena(open.range(1, 2)));
      Mapping mirrored = open.mirrored();
      job("file-mirrored", () -> mirrored.mapConfined().close());
      file.fd(); // code that has the number may use the offset
      job("file-number-known", () -> inArena(open));
      job("anonymous", () -> memory.mapConfined().close());
      job("anonymous-shared", () -> memory.shared().mapShared().close());
      job("anonymous-populate", () -> memory.populate().mapConfined().close());
      job("empty", () -> Mapping.anonymous(0).mapConfined().close());
      job("of", () -> MappedRegion.of(region.segment()).segment());
      job("narrow", () -> region.protect(Protection.READ));
      job("widen", () -> region.protect(Protection.READ_WRITE));
      job("segment", () -> region.segment().fill((byte) 1));
      job("sync", () -> region.sync(1, 2));
      job("advise", () -> region.advise(Advice.DONTNEED));
      job("advise-nothing", () -> region.advise(Advice.DONTNEED, 1, 2));
      job("lock", () -> region.lock());
      job("unlock", () -> region.unlock());
      job("populate", () -> region.populate());
      job("residency", () -> region.residency());
      job("residentPages", () -> region.residentPages(0, SIZE));
      job("read", () -> region.read(0, buffer));
      job("read-memory", () -> anonymous.read(0, buffer));
      job("write", () -> region.write(0, buffer));
      Files.exists(Path.of(END));
    }

    private static void job(String name, Runnable action) {
      for (int i = 0; i < TIMES; i++) {
        Files.exists(Path.of(i == TIMES - 1 ? MARK + name : END));
        action.run();
        Files.exists(Path.of(END));
        absent.toFile().delete();
      }
    }

    private static void inArena(Mapping request) {
      try (Arena arena = Arena.ofConfined()) {
        request.map(arena);
      }
    }
  }

  @BeforeAll
  static void trace(@TempDir Path folder) throws IOException {
    Requirements.requireTracing();
    Path trace = folder.resolve("trace");
    ChildJvm.of(Worker.class)
        .options("-Xint") // or the compiler's own memory would come in between
        .under("env", "MALLOC_ARENA_MAX=1") // malloc then grows with brk and not with mprotect
        .under("strace", "-f", "-qq", "-o", trace.toString(), "-e", "trace=" + TRACED)
        .run(Samples.file(folder, SIZE).toString())
        .success();
    calls = byJob(Files.readAllLines(trace, StandardCharsets.ISO_8859_1));
  }

  /** Returns the names of the calls that the marking thread makes in each job. */
  private static Map<String, List<String>> byJob(List<String> lines) {
    Map<String, List<String>> jobs = new TreeMap<>();
    List<String> current = null;
    String thread = "";
    for (String line : lines) {
      String[] words = line.split(" +", 2);
      int mark = line.indexOf('"' + MARK);
      if (mark >= 0) {
        thread = words[0];
        String name = line.substring(mark + 1 + MARK.length(), line.indexOf('"', mark + 1));
        current = line.contains(END) ? null : jobs.computeIfAbsent(name, n -> new ArrayList<>());
      } else if (current != null && thread.equals(words[0]) && CALL.matcher(words[1]).find()) {
        String name = words[1].substring(0, words[1].indexOf('('));
        current.add(name.equals("newfstatat") ? "fstat" : name); // as the C library has it
      }
    }
    return jobs;
  }

  @ParameterizedTest
  @CsvSource({
    "path, openat fstat mmap close munmap",
    "path-range, openat fstat mmap close munmap",
    "path-shared, openat fstat mmap close munmap",
    "path-create-existing, openat fstat mmap close munmap",
    "path-create-new, openat statx openat fstat fallocate mmap linkat close munmap",
    "file, lseek mmap munmap",
    "file-arena, lseek mmap munmap",
    "file-mirrored, lseek mmap mmap mmap munmap",
    "file-number-known, fstat mmap munmap",
    "anonymous, mmap munmap",
    "anonymous-shared, mmap munmap",
    "anonymous-populate, mmap madvise munmap",
    "empty, ''",
    "of, ''",
    "segment, ''",
    "narrow, mprotect",
    "widen, mprotect",
    "sync, msync",
    "advise, madvise",
    "advise-nothing, ''",
    "lock, mlock",
    "unlock, munlock",
    "populate, madvise",
    "residency, mincore",
    "residentPages, mincore",
    "read, pread64",
    "read-memory, process_vm_readv",
    "write, process_vm_writev",
  })
  void aJobMakesTheCallsItNeedsAndNoMore(String job, String expected) {
    assertEquals(expected, String.join(" ", calls.get(job)));
  }
}
