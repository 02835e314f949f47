package io.mman.durability;

import io.mman.testing.ChildJvm;
import io.mman.testing.Command;
import java.io.DataInputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * A writer on a file system of its own, whose block device is copied again and again: the copies
 * lack all that is only in the page cache, like the disk after a power cut. The device is assumed
 * to keep all that it has received, so this does not show that its own cache is flushed.
 *
 * <p>The writer prints numbers, of what it has brought to the medium.
 */
final class PowerCut {
  private static final int MOST_SYNCS = 20;
  private static final long PAUSE_NANOS = 200_000;

  /** What is written, and read after the power cut. */
  enum Kind {
    LOG(RecordLog.class) {
      @Override
      void prepare(Path file) throws IOException {
        Files.createFile(file);
        command("sync", "-f", file.toString()); // the name, of which sync of a region knows nothing
      }

      @Override
      long recover(Path file) throws IOException {
        return RecordLog.recover(MemorySegment.ofArray(Files.readAllBytes(file))).count();
      }

      @Override
      boolean allows(long synced, long recovered) {
        return recovered >= synced;
      }
    },
    COMMITS(Versions.class) {
      @Override
      void prepare(Path file) {}

      @Override
      long recover(Path file) {
        return Versions.recover(file);
      }

      @Override
      boolean allows(long synced, long recovered) {
        return recovered == synced || recovered == synced + 1;
      }
    };

    private final Class<?> writer;

    Kind(Class<?> writer) {
      this.writer = writer;
    }

    abstract void prepare(Path file) throws IOException;

    abstract long recover(Path file) throws IOException;

    abstract boolean allows(long synced, long recovered);
  }

  private final Kind kind;
  private final Path image;
  private final Path copy;
  private final Path mount;
  private final Random random = new Random(7);

  private PowerCut(Kind kind, Path folder) {
    this.kind = kind;
    image = folder.resolve("disk.img");
    copy = folder.resolve("copy.img");
    mount = folder.resolve("copy");
  }

  /**
   * Takes a folder with the mounted image and with room for a copy, the number of rounds, and what
   * is written.
   */
  public static void main(String... arguments) throws IOException {
    Path folder = Path.of(arguments[0]);
    Kind kind = Kind.valueOf(arguments[2]);
    Path file = folder.resolve("disk/file");
    kind.prepare(file);
    Process writer =
        ChildJvm.of(kind.writer).options("-XX:+UseSerialGC", "-Xmx64m").start(file.toString());
    try (DataInputStream in = new DataInputStream(writer.getInputStream())) {
      long synced = 0;
      PowerCut powerCut = new PowerCut(kind, folder);
      for (int rounds = Integer.parseInt(arguments[1]); rounds > 0; rounds--) {
        synced = powerCut.play(writer, in, synced);
      }
      System.out.println("recovered " + synced);
    } finally {
      writer.toHandle().destroyForcibly();
      writer.onExit().join();
    }
  }

  /** Returns the number of the last record before the last completed sync. */
  private long play(Process writer, DataInputStream in, long before) throws IOException {
    long synced = before;
    for (int syncs = 1 + random.nextInt(MOST_SYNCS); syncs > 0; syncs--) {
      synced = in.readLong();
    }
    stop(writer.pid());
    while (in.available() >= Long.BYTES) {
      synced = in.readLong();
    }
    command("cp", "--sparse=always", image.toString(), copy.toString());
    long recovered = recover();
    if (!kind.allows(synced, recovered)) {
      throw new AssertionError(synced + " synced, " + recovered + " recovered");
    }
    resume(writer.pid());
    return synced;
  }

  /** Stops a process, and waits until none of its threads is in a call. */
  static void stop(long pid) throws IOException {
    command("kill", "-STOP", Long.toString(pid));
    boolean stopped;
    do {
      LockSupport.parkNanos(PAUSE_NANOS);
      try (Stream<Path> tasks = Files.list(Path.of("/proc/" + pid + "/task"))) {
        stopped = tasks.allMatch(PowerCut::isStopped);
      }
    } while (!stopped);
  }

  static void resume(long pid) {
    command("kill", "-CONT", Long.toString(pid));
  }

  private static boolean isStopped(Path task) {
    try {
      String stat = Files.readAllLines(task.resolve("stat")).getFirst();
      return stat.substring(stat.lastIndexOf(')') + 2).startsWith("T");
    } catch (IOException ended) {
      return true;
    }
  }

  /** Starts from the copy, as after a power cut: the file system reads its journal. */
  private long recover() throws IOException {
    command("mount", "-o", "loop", copy.toString(), mount.toString());
    try {
      return kind.recover(mount.resolve("file"));
    } finally {
      command("umount", mount.toString());
    }
  }

  private static void command(String... words) {
    Command.run(List.of(words)).success();
  }
}
