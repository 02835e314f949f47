package io.mman.internal.ipc;

import io.mman.internal.error.ErrorPreload;
import io.mman.internal.error.FileErrors;
import io.mman.internal.file.FileLock;
import io.mman.internal.file.FileTransfer;
import io.mman.internal.libc.FutexCalls;
import io.mman.internal.libc.KernelCalls;
import io.mman.internal.libc.TransferCalls;
import io.mman.internal.platform.Fcntl;
import io.mman.internal.platform.LockType;
import io.mman.internal.region.RegionWord;
import io.mman.internal.thread.SleepingThreads;
import io.mman.ipc.SharedLock.State;
import java.util.Objects;

/**
 * Loads, if each class takes a descriptor, the classes that waiting for a word or a lock needs. A
 * lock that is held must be released even if the descriptors have run out meanwhile, and the JVM
 * never again tries to load a class that it has failed to load.
 */
final class WaitPreload {
  // Two threads may both find these false and load the classes twice, which does no harm.
  private static boolean isPrepared;
  private static boolean isPreparedForLocks;

  private WaitPreload() {}

  /** Loads what waiting for a word needs, on the first call. */
  static void prepare() {
    if (ErrorPreload.IN_FOLDER && !isPrepared) {
      isPrepared = true;
      try {
        ErrorPreload.prepareForFiles();
        ErrorPreload.initialize(FutexWait.class, FutexWord.class, Timeout.class, RegionWord.class);
        ErrorPreload.initialize(RegionWord.Place.class, RegionWord.Call.class);
        ErrorPreload.initialize(FutexCalls.class, KernelCalls.class);
        SleepingThreads.prepare();
      } catch (LinkageError | RuntimeException e) {
        // Descriptors have run out already; the requested operation may still succeed.
      }
    }
  }

  /** Loads what a lock needs, on the first call. */
  static void prepareForLocks() {
    if (ErrorPreload.IN_FOLDER && !isPreparedForLocks) {
      isPreparedForLocks = true;
      prepare();
      try {
        ErrorPreload.initialize(LockFile.class, LockUse.class, LockWord.class);
        ErrorPreload.initialize(FileLock.class, FileErrors.class);
        ErrorPreload.initialize(TransferCalls.class);
        FileTransfer.prepareForMore();
        ErrorPreload.initialize(Fcntl.class, LockType.class, State.class);
        Objects.requireNonNull(SharedLockEngine.class.getDeclaredClasses());
        Objects.requireNonNull(LockFile.class.getDeclaredClasses());
      } catch (LinkageError | RuntimeException e) {
        // Descriptors have run out already; the requested operation may still succeed.
      }
    }
  }
}
