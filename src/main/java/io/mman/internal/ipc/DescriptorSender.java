package io.mman.internal.ipc;

import io.mman.Errno;
import io.mman.internal.error.Failure;
import io.mman.internal.error.FileErrors;
import io.mman.internal.error.SocketErrors;
import io.mman.internal.file.OpenFile;
import io.mman.internal.libc.FileCalls;
import io.mman.internal.libc.SocketCalls;
import io.mman.ipc.Peer;
import java.nio.file.Path;
import java.util.Objects;
import java.util.function.Predicate;

/** Sends descriptors to the processes that connect to a socket. */
public final class DescriptorSender {
  private final ListeningSocket socket;
  private final Predicate<Peer> accepted;

  private DescriptorSender(ListeningSocket socket, Predicate<Peer> accepted) {
    this.socket = socket;
    this.accepted = accepted;
  }

  public static DescriptorSender listen(Path path, Predicate<Peer> accepted) {
    Objects.requireNonNull(accepted);
    SocketPreload.prepare();
    return new DescriptorSender(ListeningSocket.open(path), accepted);
  }

  /** Sends the descriptor of a file to the next client that is accepted. */
  public void give(OpenFile file) {
    int client;
    do {
      client = nextClient(file);
    } while (!serve(client, file));
  }

  private int nextClient(OpenFile file) {
    int client = acceptWhileOpen(file);
    while (client < 0) {
      // A client that disconnected before it was accepted does not count.
      if (client != -Errno.ECONNABORTED.number()) {
        throw failure("accept4", client);
      }
      client = acceptWhileOpen(file);
    }
    return client;
  }

  private int acceptWhileOpen(OpenFile file) {
    int client = acceptNow(file);
    while (client == -Errno.EAGAIN.number()) {
      int result = socket.awaitClient(() -> !file.isOpen());
      if (result < 0) {
        throw failure("poll", result);
      }
      client = acceptNow(file);
    }
    return client;
  }

  private int acceptNow(OpenFile file) {
    file.acquire(); // throws an exception if the file is closed
    file.release();
    int client = socket.accept();
    if (client < 0 && !socket.isOpen()) {
      return -Errno.EAGAIN.number(); // the next attempt throws the exception
    }
    return client;
  }

  /** Returns whether the descriptor has been sent to the client. */
  private boolean serve(int client, OpenFile file) {
    try {
      return accepted.test(peer(client)) && send(client, file);
    } finally {
      FileCalls.close(client);
    }
  }

  private Peer peer(int client) {
    int[] numbers = new int[3];
    int result = SocketCalls.peer(client, numbers);
    if (result < 0) {
      throw failure("getsockopt", result);
    }
    return new Peer(numbers[0], numbers[1], numbers[2]);
  }

  /** Returns false if the client has closed its end. */
  private boolean send(int client, OpenFile file) {
    int fd = file.acquire();
    int result;
    try {
      result = SocketCalls.send(client, fd);
    } finally {
      file.release();
    }
    if (result < 0 && !isDisconnected(result)) {
      Failure failure = socket.failure("sendmsg", result).file(file.path());
      throw failure.because(SocketErrors.send(failure.error())).exception();
    }
    return result >= 0;
  }

  private static boolean isDisconnected(int result) {
    return result == -Errno.EPIPE.number() || result == -Errno.ECONNRESET.number();
  }

  private RuntimeException failure(String call, int result) {
    Failure failure = socket.failure(call, result);
    return failure.because(FileErrors.open(failure.error())).exception();
  }

  public void close() {
    socket.close();
  }

  @Override
  public String toString() {
    return socket.toString();
  }
}
