package io.mman.ipc;

import java.nio.file.Path;

/** A JVM that takes part in a lock, as {@code lock-peer.c} does. */
final class LockChild {
  private LockChild() {}

  /** Takes the memory, the lock file, what to do, and how often. */
  public static void main(String... arguments) throws Exception {
    try (SharedData data = new SharedData(Path.of(arguments[0]));
        SharedLock lock = SharedLock.at(data.region(), 0, Path.of(arguments[1]))) {
      if (arguments[2].equals("hold")) {
        SharedLock.State state = lock.lock();
        System.out.println("pid " + ProcessHandle.current().pid() + ": " + state);
        Thread.sleep(120_000); // it is killed before, unless the test has failed
      }
      int n = Integer.parseInt(arguments[3]);
      for (int i = 0; i < n; i++) {
        data.step(lock, 1999);
      }
    }
  }
}
