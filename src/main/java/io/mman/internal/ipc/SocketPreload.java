package io.mman.internal.ipc;

import io.mman.Errno;
import io.mman.FileSeal;
import io.mman.internal.error.ErrorPreload;
import io.mman.internal.error.Failure;
import io.mman.internal.error.FileErrors;
import io.mman.internal.error.SocketErrors;
import io.mman.internal.file.Descriptor;
import io.mman.internal.file.FileNames;
import io.mman.internal.libc.FileCalls;
import io.mman.internal.libc.FileStatus;
import io.mman.internal.libc.KernelCalls;
import io.mman.internal.libc.NameCalls;
import io.mman.internal.libc.RightsMessage;
import io.mman.internal.libc.SocketCalls;
import io.mman.internal.platform.At;
import io.mman.internal.platform.Fcntl;
import io.mman.internal.platform.Kernel;
import io.mman.internal.platform.OpenFlags;
import io.mman.internal.platform.Platform;
import io.mman.internal.platform.SocketNumber;
import io.mman.internal.platform.StatLayout;
import io.mman.internal.region.Engines;
import io.mman.internal.thread.SleepingThreads;
import io.mman.ipc.Peer;
import java.util.Objects;

/**
 * Loads, on the first call, the classes that {@code Handover} needs. Classes may not be loadable
 * once descriptors have run out, and the JVM never tries again to load a class that it could not
 * load.
 */
final class SocketPreload {
  private static boolean isPrepared;

  private SocketPreload() {}

  /**
   * Loads the classes.
   *
   * @throws UnsupportedOperationException if the system is not Linux
   */
  static void prepare() {
    if (!SocketNumber.SCM_RIGHTS.isHere()) {
      throw Platform.lacks("passing a descriptor to another process");
    }
    if (!isPrepared) {
      isPrepared = true; // if two threads load the classes, this does no harm
      try {
        // First what the others use while they have a descriptor open, which may be the last one.
        ErrorPreload.initialize(StatLayout.class, FileStatus.class, FileCalls.class);
        ErrorPreload.prepareForFiles();
        Engines.prepare();
        ErrorPreload.initialize(SocketNumber.class, Fcntl.class, FileErrors.class);
        ErrorPreload.initialize(SocketCalls.class, RightsMessage.class, NameCalls.class);
        ErrorPreload.initialize(KernelCalls.class, SocketErrors.class, FileNames.class);
        ErrorPreload.initialize(SocketWait.class, Deadline.class);
        SleepingThreads.prepare();
        ErrorPreload.initialize(ReceivedDescriptor.class, RequiredSeals.class, Peer.class);
        ErrorPreload.initialize(DescriptorReceiver.class, DescriptorSender.class, FileSeal.class);
        ErrorPreload.initialize(ListeningSocket.class, SocketName.class, SocketPath.class);
        ErrorPreload.initialize(ProcessDescriptors.class, Descriptor.class);
        ErrorPreload.initialize(Timeout.class, Failure.class);
        Objects.requireNonNull(NameCalls.class.getDeclaredClasses());
        ErrorPreload.initialize(Kernel.class, At.class, OpenFlags.class);
        SocketErrors.bind(Errno.EISDIR); // its switch adds a class
      } catch (LinkageError | RuntimeException e) {
        // Resources have run out already; the requested operation may still succeed.
      }
    }
  }
}
