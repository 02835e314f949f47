package io.mman.internal.ipc;

import io.mman.Errno;
import io.mman.FileSeal;
import io.mman.internal.error.Failure;
import io.mman.internal.error.FileErrors;
import io.mman.internal.error.SocketErrors;
import io.mman.internal.file.Descriptor;
import io.mman.internal.libc.FileCalls;
import io.mman.internal.libc.RightsMessage;
import io.mman.internal.libc.SocketCalls;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** Receives one descriptor from the process that listens at a socket. */
public final class DescriptorReceiver {
  private static final String NONE = "the message came without a descriptor";

  /** The call finds nothing then, although there is something to read. */
  private static final String OUT_OF_BAND = "the message was sent out of band (MSG_OOB)";

  private static final String NO_MESSAGE =
      "the connection ended without a message: the listener refused this process or has ended";

  /** The time between two attempts to connect while too many clients wait. */
  private static final long PAUSE_NANOS = 1_000_000;

  private final Path path;
  private final Deadline deadline;

  private DescriptorReceiver(Path path, Deadline deadline) {
    this.path = path;
    this.deadline = deadline;
  }

  /**
   * Receives a descriptor and checks it.
   *
   * @param nanos the maximum time to wait in nanoseconds
   * @param adopter takes ownership of the descriptor, unless it throws an exception
   */
  public static <F> F take(Path path, long nanos, IntFunction<F> adopter, FileSeal... seals) {
    SocketPreload.prepare();
    SocketPath.require(path);
    RequiredSeals required = RequiredSeals.of(seals);
    DescriptorReceiver receiver = new DescriptorReceiver(path, new Deadline(nanos));
    int fd = receiver.connectAndReceive();
    return new ReceivedDescriptor(fd, receiver::refusal).adopt(required, adopter);
  }

  private Failure refusal(Errno error) {
    return failure("recvmsg", -error.number());
  }

  private int connectAndReceive() {
    int socket = SocketCalls.stream();
    if (socket < 0) {
      throw failure("socket", socket, FileErrors.open(Errno.of(-socket)));
    }
    Descriptor connection = new Descriptor(socket, path, true);
    try {
      connect(socket);
      await(connection);
      return receive(socket);
    } finally {
      connection.close();
    }
  }

  private void connect(int socket) {
    boolean interrupted = false;
    int result = SocketPath.connect(socket, path);
    while (result == -Errno.EAGAIN.number() && deadline.left() > 0) {
      LockSupport.parkNanos(this, PAUSE_NANOS);
      interrupted |= Thread.interrupted(); // a pause ends at once if the status is set
      result = SocketPath.connect(socket, path);
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    if (result == -Errno.EAGAIN.number()) {
      throw timeout("connect", "too many clients are waiting for the listener");
    }
    if (result < 0) {
      throw failure("connect", result, SocketErrors.connect(Errno.of(-result)));
    }
  }

  private void await(Descriptor connection) {
    int result = new SocketWait(connection, deadline, () -> false).await();
    if (result < 0) {
      throw failure("poll", result).exception();
    }
    if (result == 0) {
      throw timeout("recvmsg", "the listener did not send a descriptor in time");
    }
  }

  private int receive(int socket) {
    try (Arena arena = Arena.ofConfined()) {
      RightsMessage message = new RightsMessage(arena);
      int result = SocketCalls.receive(socket, message);
      if (result == -Errno.EAGAIN.number()) {
        throw refusal(Errno.EBADMSG).because(OUT_OF_BAND).exception();
      }
      if (result < 0) {
        throw failure("recvmsg", result, SocketErrors.receive(Errno.of(-result)));
      }
      int[] fds = result == 0 ? new int[0] : message.descriptors();
      if (fds.length == 1 && !message.isTruncated()) {
        return fds[0];
      }
      for (int fd : fds) {
        FileCalls.close(fd);
      }
      throw refusal(Errno.EBADMSG).because(reason(result, message, fds.length)).exception();
    }
  }

  private static String reason(int result, RightsMessage message, int count) {
    if (result == 0) {
      return NO_MESSAGE;
    }
    if (message.isTruncated()) {
      return SocketErrors.truncated();
    }
    return count == 0 ? NONE : "the message came with " + count + " descriptors";
  }

  private RuntimeException timeout(String call, String reason) {
    return failure(call, -Errno.ETIMEDOUT.number(), reason);
  }

  private RuntimeException failure(String call, int result, @Nullable String reason) {
    return failure(call, result).because(reason).exception();
  }

  private Failure failure(String call, int result) {
    return Failure.of(call, result).file(path);
  }
}
