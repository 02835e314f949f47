package io.mman.ipc;

import static io.mman.testing.Failures.failure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.Errno;
import io.mman.MmanException;
import io.mman.NativeFile;
import io.mman.testing.ChildJvm;
import io.mman.testing.Command;
import io.mman.testing.Elsewhere;
import io.mman.testing.OpenFiles;
import io.mman.testing.Requirements;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The file of the socket: which files it replaces, and which it leaves alone. */
class HandoverPathTest {
  private static final Duration LONG = Duration.ofSeconds(60);

  @TempDir Path folder;

  private Path path;

  @BeforeEach
  void name() {
    path = folder.resolve("door");
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  /** The JDK leaves the file when the socket is closed, as a crash does. */
  private static void leaveStale(Path path) throws IOException {
    try (ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      socket.bind(UnixDomainSocketAddress.of(path));
    }
  }

  private static void requireReachable(Handover door, Path path) throws Throwable {
    try (NativeFile memory = NativeFile.memory("path", 4096)) {
      Elsewhere giver = Elsewhere.start(() -> door.give(memory));
      Handover.take(path, LONG).close();
      giver.join();
    }
  }

  @Test
  void aStaleSocketIsReplaced() throws Throwable {
    leaveStale(path);
    failure("connect", Errno.ECONNREFUSED, () -> Handover.take(path));
    TreeMap<Integer, String> before = OpenFiles.all();
    try (Handover door = Handover.listen(path)) {
      requireReachable(door, path);
      assertEquals("rw-------", permissions());
    }
    assertEquals(List.of(), names());
    assertEquals(before, OpenFiles.all());
  }

  private String permissions() throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  @Test
  void aSocketThatIsBoundButDoesNotListenIsLeftAlone() throws IOException {
    Requirements.requirePrograms("python3");
    String script =
        """
        import socket, sys
        s = socket.socket(socket.AF_UNIX, getattr(socket, sys.argv[2]))
        s.bind(sys.argv[1])
        print(flush=True)
        sys.stdin.read()
        """;
    for (String type : List.of("SOCK_STREAM", "SOCK_DGRAM", "SOCK_SEQPACKET")) {
      Path other = folder.resolve(type);
      Process python = new ProcessBuilder("python3", "-c", script, other.toString(), type).start();
      try (OtherProgram binder = new OtherProgram(python)) {
        binder.line();
        failure("bind", Errno.EADDRINUSE, () -> Handover.listen(other));
      }
      Handover.listen(other).close();
    }
    assertEquals(List.of(), names());
  }

  @Test
  void whatIsNoSocketIsLeftAlone() throws IOException {
    Files.createDirectory(folder.resolve("folder"));
    Files.createFile(folder.resolve("file"));
    leaveStale(folder.resolve("stale"));
    Files.createSymbolicLink(folder.resolve("link"), Path.of("stale"));
    Files.createSymbolicLink(folder.resolve("nowhere"), Path.of("absent"));
    List<String> before = names();
    for (String name : List.of("folder", "file", "link", "nowhere")) {
      MmanException e =
          failure("bind", Errno.EADDRINUSE, () -> Handover.listen(folder.resolve(name)));
      assertTrue(e.getMessage().contains("is not a socket"), e::getMessage);
    }
    assertEquals(before, names());
  }

  @Test
  void closeLeavesAnotherFileAlone() throws Throwable {
    Handover door = Handover.listen(path);
    Files.delete(path);
    try (Handover second = Handover.listen(path)) {
      door.close();
      requireReachable(second, path);
    }
    assertEquals(List.of(), names());
    Handover third = Handover.listen(path);
    Files.delete(path);
    third.close();
    assertEquals(List.of(), names());
  }

  @Test
  void aLongPathIsPossibleUnlessItsNameIsLong() throws Throwable {
    Path deep = folder;
    for (int i = 0; i < 10; i++) {
      deep = deep.resolve("a folder with a long name");
    }
    Files.createDirectories(deep);
    Path longest = deep.resolve("n".repeat(82));
    TreeMap<Integer, String> before = OpenFiles.all();
    failure("connect", Errno.ENOENT, () -> Handover.take(longest));
    for (int i = 0; i < 2; i++) {
      try (Handover door = Handover.listen(longest)) {
        requireReachable(door, longest);
        failure("bind", Errno.EADDRINUSE, () -> Handover.listen(longest));
        Files.createLink(deep.resolve("kept"), longest);
      }
      Files.move(deep.resolve("kept"), longest); // stale in the second round
    }
    Files.delete(longest);
    assertEquals(before, OpenFiles.all());
    Path tooLong = deep.resolve("n".repeat(83));
    assertThrows(IllegalArgumentException.class, () -> Handover.listen(tooLong));
    assertThrows(IllegalArgumentException.class, () -> Handover.take(tooLong));
    assertThrows(IllegalArgumentException.class, () -> Handover.listen(Path.of("/")));
    assertThrows(IllegalArgumentException.class, () -> Handover.take(Path.of("")));
  }

  @Test
  void theLongestPathOfAnAddressIsPossible() throws Throwable {
    int bytes = folder.toString().length() + 1;
    for (int length = 106; length <= 109; length++) {
      Path exact = folder.resolve("x".repeat(length - bytes));
      try (Handover door = Handover.listen(exact)) {
        requireReachable(door, exact);
      }
    }
  }

  @Test
  void aFolderThatDoesNotExistIsTheReason() {
    MmanException e =
        failure("bind", Errno.ENOENT, () -> Handover.listen(folder.resolve("absent/door")));
    assertTrue(e.getMessage().contains("the folder does not exist"), e::getMessage);
  }

  /** Of threads that find a stale socket at the same time, one replaces it. */
  @Test
  void oneOfManyReplacesAStaleSocket() throws Throwable {
    for (int round = 0; round < 50; round++) {
      leaveStale(path);
      CountDownLatch start = new CountDownLatch(1);
      CountDownLatch end = new CountDownLatch(1);
      AtomicInteger refused = new AtomicInteger();
      List<Elsewhere> threads = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        threads.add(Elsewhere.start(() -> listen(start, end, refused)));
      }
      start.countDown();
      for (Elsewhere thread : threads) {
        thread.join();
      }
      assertEquals(2, refused.get());
      assertEquals(List.of(), names());
    }
  }

  /** Whoever succeeds listens until the others have been refused. */
  private void listen(CountDownLatch start, CountDownLatch end, AtomicInteger refused)
      throws Throwable {
    start.await();
    try (Handover door = Handover.listen(path)) {
      end.await();
      requireReachable(door, path);
    } catch (MmanException e) {
      assertEquals(Errno.EADDRINUSE, e.error());
      if (refused.incrementAndGet() == 2) {
        end.countDown();
      }
    }
  }

  /** The lock of another program delays replacing, and nothing else. */
  @Test
  void aLockOnTheFolderDelaysReplacingOnly() throws Throwable {
    Requirements.requirePrograms("flock");
    leaveStale(path);
    Process locked =
        new ProcessBuilder("flock", folder.toString(), "sh", "-c", "echo; cat").start();
    try (OtherProgram locker = new OtherProgram(locked)) {
      locker.line();
      Handover.listen(folder.resolve("new")).close();
      Elsewhere listener = Elsewhere.start(() -> Handover.listen(path).close()).awaitIn("lock");
      locker.requireSuccess();
      listener.join();
    }
    assertEquals(List.of(), names());
  }

  @Test
  void theModeIsRightWhenTheFileAppears() {
    Requirements.requireTracing();
    Path log = folder.resolve("log");
    String out =
        ChildJvm.of(HandoverChild.class)
            .under("strace", "-f", "-o", log.toString(), "-e", "trace=bind,fchmod,umask,chmod")
            .run("virtual", path.toString())
            .success();
    assertTrue(out.endsWith("closed\n"), out);
    List<String> calls =
        Command.run(List.of("grep", "-oE", "(fchmod|umask|chmod|bind)\\(", log.toString())).lines();
    assertEquals(List.of("fchmod(", "bind("), calls);
  }
}
