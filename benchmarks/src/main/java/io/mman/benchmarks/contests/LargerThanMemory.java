package io.mman.benchmarks.contests;

import io.mman.FileAdvice;
import io.mman.NativeFile;
import io.mman.benchmarks.Jvm;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * Measures random reads of a file that is larger than the memory of a control group, and prints a
 * table. It creates the group (version 1 or 2 of the memory controller; root only) and starts a JVM
 * in it, whose own memory counts, too. The group may not swap.
 *
 * <pre>
 * java -cp benchmarks/target/benchmarks.jar io.mman.benchmarks.contests.LargerThanMemory \
 *   MIB_OF_FILE MIB_OF_MEMORY SECONDS ROUNDS THREADS...
 * </pre>
 */
public final class LargerThanMemory {
  private static final int PIECE = 1 << 20;
  private static final Path V1 = Path.of("/sys/fs/cgroup/memory");
  private static final List<Path> V2 =
      List.of(Path.of("/sys/fs/cgroup"), Path.of("/sys/fs/cgroup/unified"));

  private LargerThanMemory() {}

  public static void main(String... arguments) throws IOException, InterruptedException {
    long fileMib = Long.parseLong(arguments[0]);
    long memoryMib = Long.parseLong(arguments[1]);
    Path file = Files.createTempFile("mman", ".bin");
    try {
      write(file, fileMib);
      Path group = createGroup(memoryMib << 20);
      System.out.printf("A file of %d MiB, %d MiB of memory in %s%n%n", fileMib, memoryMib, group);
      try {
        run(group, file, arguments);
      } finally {
        deleteGroup(group);
      }
    } finally {
      Files.delete(file);
    }
  }

  private static void run(Path group, Path file, String... arguments)
      throws IOException, InterruptedException {
    List<String> child =
        new ArrayList<>(List.of("-XX:+UseSerialGC", "-Xms24m", "-Xmx24m", "-XX:+AlwaysPreTouch"));
    child.addAll(List.of("-XX:ReservedCodeCacheSize=24m", "-Xss512k"));
    child.add("io.mman.benchmarks.contests.RandomReads");
    child.add(file.toString());
    child.addAll(List.of(arguments).subList(1, arguments.length));
    String join = "echo $$ > '" + group.resolve("cgroup.procs") + "' && exec \"$@\"";
    List<String> command = new ArrayList<>(List.of("sh", "-c", join, "sh"));
    command.addAll(Jvm.command(child));
    int exit = new ProcessBuilder(command).inheritIO().start().waitFor();
    if (exit != 0) {
      throw new IllegalStateException("the JVM in the group ended with " + exit);
    }
  }

  /** Fills the file and drops it from the page cache, so that the group pays for what it reads. */
  private static void write(Path path, long mib) {
    try (NativeFile file = NativeFile.open(path, StandardOpenOption.WRITE);
        Arena arena = Arena.ofConfined()) {
      MemorySegment piece = arena.allocate(PIECE).fill((byte) 1);
      for (long at = 0; at < mib; at++) {
        file.write(at * PIECE, piece);
      }
      file.sync();
      file.advise(FileAdvice.DONTNEED, 0, 0);
    }
  }

  private static Path createGroup(long bytes) throws IOException {
    String name = "mman-" + ProcessHandle.current().pid();
    if (Files.exists(V1.resolve("memory.limit_in_bytes"))) {
      Path group = Files.createDirectory(V1.resolve(name));
      Files.writeString(group.resolve("memory.limit_in_bytes"), Long.toString(bytes));
      Files.writeString(group.resolve("memory.swappiness"), "0");
      return group;
    }
    for (Path root : V2) {
      Path controllers = root.resolve("cgroup.controllers");
      if (Files.exists(controllers) && Files.readAllLines(controllers).toString().contains("mem")) {
        Files.writeString(root.resolve("cgroup.subtree_control"), "+memory");
        Path group = Files.createDirectory(root.resolve(name));
        Files.writeString(group.resolve("memory.max"), Long.toString(bytes));
        if (Files.exists(group.resolve("memory.swap.max"))) {
          Files.writeString(group.resolve("memory.swap.max"), "0");
        }
        return group;
      }
    }
    throw new IOException("no memory controller of version 1 or 2 is mounted at /sys/fs/cgroup");
  }

  private static void deleteGroup(Path group) {
    try {
      Files.delete(group);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
