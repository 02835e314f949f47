package io.mman.faults;

import static io.mman.faults.FaultScenario.require;

import io.mman.Errno;
import io.mman.FileSeal;
import io.mman.MemfdFlag;
import io.mman.MmanException;
import io.mman.NativeFile;
import io.mman.ipc.Handover;
import io.mman.testing.Elsewhere;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Proxy;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The scenarios that hand over: a failure leaves no descriptor and no socket. */
final class HandoverFaults {
  private static final Duration LONG = Duration.ofSeconds(60);

  private HandoverFaults() {}

  static List<FaultScenario> all() {
    return List.of(
        new FaultScenario("listen", HandoverFaults::listen)
            .survives(FaultPlan.RENAMEAT2), // link(2) is used then
        new FaultScenario("listenAtStale", HandoverFaults::listenAtStale)
            .survives(FaultPlan.RENAMEAT2)
            .survives(FaultPlan.CONNECT, "ECONNREFUSED")
            .survives(FaultPlan.CLOSE),
        new FaultScenario("closeDoor", HandoverFaults::closeDoor)
            .survives(FaultPlan.UNLINK, "ENOENT")
            .survives(FaultPlan.SHUTDOWN)
            .survives(FaultPlan.CLOSE),
        new FaultScenario("give", HandoverFaults::give)
            .survives(FaultPlan.ACCEPT4, "ECONNABORTED")
            .survives(FaultPlan.SENDMSG, "EPIPE ECONNRESET") // the next client gets it
            .survives(FaultPlan.CLOSE),
        new FaultScenario("take", HandoverFaults::take)
            .survives(FaultPlan.CONNECT, "EAGAIN")
            .survives(FaultPlan.FCNTL, "EBADF EINVAL")
            .survives(FaultPlan.CLOSE)
            .mayMake(FaultPlan.POLL),
        new FaultScenario("takeLate", HandoverFaults::takeLate)
            .survives(FaultPlan.CONNECT, "EAGAIN")
            .survives(FaultPlan.CLOSE),
        new FaultScenario("takeFrom", HandoverFaults::takeFrom).survives(FaultPlan.CLOSE));
  }

  /** A step, and what is released after it. */
  private interface Releases {
    void release(boolean succeeded) throws Exception;
  }

  private static FaultScenario.Attempt attempt(Runnable step, Releases releases) {
    return new FaultScenario.Attempt() {
      @Override
      public void run() {
        step.run();
      }

      @Override
      public void check(Throwable failure) throws Exception {
        releases.release(failure == null);
      }
    };
  }

  private static void requireNothingIn(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      require(files.findAny().isEmpty(), "no file is left");
    }
  }

  private static FaultScenario.Attempt listen(Path folder) {
    List<Handover> doors = new ArrayList<>();
    return attempt(
        () -> doors.add(Handover.listen(folder.resolve("door"))),
        succeeded -> {
          doors.forEach(Handover::close);
          requireNothingIn(folder);
        });
  }

  /** The JDK leaves the file when the socket is closed. */
  private static FaultScenario.Attempt listenAtStale(Path folder) throws Exception {
    Path path = folder.resolve("door");
    try (ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      socket.bind(UnixDomainSocketAddress.of(path));
    }
    List<Handover> doors = new ArrayList<>();
    return attempt(
        () -> doors.add(Handover.listen(path)),
        succeeded -> {
          doors.forEach(Handover::close);
          require(Files.deleteIfExists(path) != succeeded, "the stale socket");
          requireNothingIn(folder);
        });
  }

  private static FaultScenario.Attempt closeDoor(Path folder) {
    Path path = folder.resolve("door");
    Handover door = Handover.listen(path);
    return attempt(
        door::close,
        succeeded -> {
          door.close();
          Files.deleteIfExists(path);
        });
  }

  private static FaultScenario.Attempt give(Path folder) throws Exception {
    Path path = folder.resolve("door");
    NativeFile memory = NativeFile.memory("fault", FaultScenario.PAGE);
    Handover door = Handover.listen(path);
    List<SocketChannel> clients = List.of(connected(path), connected(path), connected(path));
    return attempt(
        () -> door.give(memory),
        succeeded -> {
          door.give(memory);
          for (SocketChannel client : clients) {
            client.close();
          }
          door.close();
          memory.close();
        });
  }

  private static SocketChannel connected(Path path) throws IOException {
    SocketChannel client = SocketChannel.open(StandardProtocolFamily.UNIX);
    client.connect(UnixDomainSocketAddress.of(path));
    return client;
  }

  /** A thread without injected failures gives. */
  private static FaultScenario.Attempt take(Path folder) {
    NativeFile memory = NativeFile.memory("fault", FaultScenario.PAGE, MemfdFlag.ALLOW_SEALING);
    memory.seal(FileSeal.SHRINK);
    Path path = folder.resolve("door");
    Handover door = Handover.listen(path);
    Elsewhere giver = Elsewhere.start(() -> giveUntilClosed(door, memory));
    List<NativeFile> taken = new ArrayList<>();
    return attempt(
        () -> takeSealed(path, taken),
        succeeded -> {
          taken.forEach(NativeFile::close);
          Handover.take(path, LONG, FileSeal.SHRINK).close();
          door.close();
          join(giver);
          memory.close();
        });
  }

  /** If the seals cannot be read because the file has none, it is refused. */
  private static void takeSealed(Path path, List<NativeFile> taken) {
    try {
      taken.add(Handover.take(path, LONG, FileSeal.SHRINK));
    } catch (MmanException e) {
      if (e.error() != Errno.EPERM || !e.call().equals("recvmsg")) {
        throw e;
      }
    }
  }

  private static void giveUntilClosed(Handover door, NativeFile memory) {
    try {
      while (memory.isOpen()) {
        door.give(memory);
      }
    } catch (IllegalStateException closed) {
      // as expected
    }
  }

  private static void join(Elsewhere giver) throws Exception {
    try {
      giver.join();
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  /** Nobody gives, so that the time is up after one look. */
  private static FaultScenario.Attempt takeLate(Path folder) {
    Path path = folder.resolve("door");
    Handover door = Handover.listen(path);
    return attempt(() -> takeNothing(path), succeeded -> door.close());
  }

  private static void takeNothing(Path path) {
    try {
      Handover.take(path, Duration.ZERO).close();
      throw new UncheckedIOException(new IOException("something was given"));
    } catch (MmanException e) {
      if (e.error() != Errno.ETIMEDOUT) {
        throw e;
      }
    }
  }

  private static FaultScenario.Attempt takeFrom(Path folder) {
    NativeFile memory = NativeFile.memory("fault", FaultScenario.PAGE);
    int fd = memory.fd();
    ProcessHandle self = alive(ProcessHandle.current());
    List<NativeFile> taken = new ArrayList<>();
    return attempt(
        () -> taken.add(Handover.takeFrom(self, fd)),
        succeeded -> {
          taken.forEach(NativeFile::close);
          memory.close();
        });
  }

  /** Returns a handle that does not read /proc to find out whether its process lives. */
  private static ProcessHandle alive(ProcessHandle handle) {
    return (ProcessHandle)
        Proxy.newProxyInstance(
            HandoverFaults.class.getClassLoader(),
            new Class<?>[] {ProcessHandle.class},
            (proxy, method, arguments) ->
                method.getName().equals("isAlive") ? true : method.invoke(handle, arguments));
  }
}
