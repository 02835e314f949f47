package io.mman.durability;

import io.mman.testing.LibC;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** Stops and resumes a process. */
final class Stopping {
  private static final int SIGCONT = 18;
  private static final int SIGSTOP = 19;
  private static final long PAUSE_NANOS = 50_000;

  private Stopping() {}

  /** Stops a process. System calls that it has begun still end. */
  static void stop(long pid) {
    LibC.kill(pid, SIGSTOP);
  }

  /** Waits until no thread of a stopped process is in a system call. */
  static void await(long pid) throws IOException {
    while (!isStopped(pid)) {
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  static void resume(long pid) {
    LibC.kill(pid, SIGCONT);
  }

  private static boolean isStopped(long pid) throws IOException {
    try (Stream<Path> tasks = Files.list(Path.of("/proc/" + pid + "/task"))) {
      return tasks.allMatch(Stopping::isTaskStopped);
    }
  }

  private static boolean isTaskStopped(Path task) {
    try {
      String stat = Files.readAllLines(task.resolve("stat")).getFirst();
      return stat.substring(stat.lastIndexOf(')') + 2).startsWith("T");
    } catch (IOException ended) {
      return true;
    }
  }
}
