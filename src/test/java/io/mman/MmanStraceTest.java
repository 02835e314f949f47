package io.mman;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.mman.testing.ChildJvm;
import io.mman.testing.Requirements;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The exact system calls of the facade and their arguments, as strace shows them. */
class MmanStraceTest {
  /** Querying this file is a system call that is easy to find in the trace. */
  private static final String MARKER = "/mman-marker";

  /** The first times, classes are loaded and functions are linked. */
  private static final int ROUNDS = 3;

  @TempDir Path folder;

  @BeforeEach
  void needsStrace() {
    Requirements.requireTracing();
  }

  /** Returns the calls between the last two markers, in the words of strace. */
  private List<String> callsOf(Class<?> main) throws IOException {
    ChildJvm.of(main)
        .options("-Xint") // or the compiler's own memory would come in between
        .under("strace", "-ff", "-qq", "-o", folder.resolve("trace").toString())
        .under("-e", "trace=%memory,%file,%desc")
        .run()
        .success();
    List<String> lines = linesOfMarkedThread();
    List<Integer> markers = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).contains(MARKER)) {
        markers.add(i);
      }
    }
    return lines.subList(markers.get(markers.size() - 2) + 1, markers.getLast()).stream()
        .map(call -> call.replaceAll(" += ", " = ")) // strace aligns the results
        .toList();
  }

  /** Each thread has a file, so that no call is split by one of another thread. */
  private List<String> linesOfMarkedThread() throws IOException {
    try (DirectoryStream<Path> traces = Files.newDirectoryStream(folder)) {
      for (Path trace : traces) {
        List<String> lines = Files.readAllLines(trace, StandardCharsets.ISO_8859_1);
        if (lines.stream().anyMatch(line -> line.contains(MARKER))) {
          return lines;
        }
      }
    }
    throw new AssertionError("no marker in any trace");
  }

  private static void mark() {
    if (Files.exists(Path.of(MARKER))) {
      throw new IllegalStateException(MARKER + " exists");
    }
  }

  /** Maps, touches and unmaps. */
  static class MapTouchUnmap {
    public static void main(String... arguments) {
      Set<MapFlag> flags = Set.of(MapFlag.PRIVATE, MapFlag.ANONYMOUS);
      mark();
      for (int round = 0; round < ROUNDS; round++) {
        MemorySegment memory =
            Mman.mmap(MemorySegment.NULL, 12345, Protection.READ_WRITE, flags, -1, 0);
        memory.set(ValueLayout.JAVA_BYTE, 0, (byte) 1);
        Mman.munmap(memory);
        mark();
      }
    }
  }

  @Test
  void mapTouchUnmapIsTwoCalls() throws IOException {
    List<String> calls = callsOf(MapTouchUnmap.class);
    String address = calls.getFirst().replaceAll(".* = ", "");

    assertEquals(
        List.of(
            "mmap(NULL, 12345, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = "
                + address,
            "munmap(" + address + ", 12345) = 0"),
        calls);
  }

  /** Makes every call on memory of its own. */
  static class EveryCall {
    public static void main(String... arguments) {
      mark();
      for (int round = 0; round < ROUNDS; round++) {
        try (NativeFile file = NativeFile.memory("traced", 1 << 16);
            Arena arena = Arena.ofConfined()) {
          MemorySegment vec = arena.allocate(16);
          mark();
          every(file.fd(), vec);
          mark();
        }
      }
    }

    private static void every(int fd, MemorySegment vec) {
      Set<MapFlag> flags = Set.of(MapFlag.SHARED, MapFlag.POPULATE);
      MemorySegment memory =
          Mman.mmap(MemorySegment.NULL, 8192, Protection.READ_WRITE, flags, fd, 4096);
      Mman.mprotect(memory, Protection.READ);
      Mman.madvise(memory, Advice.RANDOM);
      Mman.msync(memory);
      Mman.msync(memory, SyncFlag.ASYNC, SyncFlag.INVALIDATE);
      Mman.mlock(memory);
      Mman.mlock(memory, LockFlag.ONFAULT);
      Mman.munlock(memory);
      Mman.mincore(memory, vec);
      MemorySegment moved = Mman.mremap(memory, 4096, Set.of(RemapFlag.MAYMOVE));
      Mman.munmap(moved);
    }
  }

  @Test
  void everyMethodIsOneCall() throws IOException {
    List<String> calls = callsOf(EveryCall.class);
    String address = calls.getFirst().replaceAll(".* = ", "");

    assertEquals(
        List.of(
            "mmap(NULL, 8192, PROT_READ|PROT_WRITE, MAP_SHARED|MAP_POPULATE, FD, 0x1000) = ADDRESS",
            "mprotect(ADDRESS, 8192, PROT_READ) = 0",
            "madvise(ADDRESS, 8192, MADV_RANDOM) = 0",
            "msync(ADDRESS, 8192, MS_SYNC) = 0",
            "msync(ADDRESS, 8192, MS_ASYNC|MS_INVALIDATE) = 0",
            "mlock(ADDRESS, 8192) = 0",
            "mlock2(ADDRESS, 8192, MLOCK_ONFAULT) = 0",
            "munlock(ADDRESS, 8192) = 0",
            "mincore(ADDRESS, 8192, [1, 1]) = 0",
            "mremap(ADDRESS, 8192, 4096, MREMAP_MAYMOVE) = ADDRESS",
            "munmap(ADDRESS, 4096) = 0"),
        calls.stream()
            .map(call -> call.replace(address, "ADDRESS"))
            .map(call -> call.replaceFirst("POPULATE, \\d+,", "POPULATE, FD,"))
            .toList());
  }
}
