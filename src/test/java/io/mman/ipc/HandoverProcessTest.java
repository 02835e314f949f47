package io.mman.ipc;

import static io.mman.testing.Failures.failure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.Errno;
import io.mman.FileSeal;
import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.MemfdFlag;
import io.mman.NativeFile;
import io.mman.testing.ChildJvm;
import io.mman.testing.Elsewhere;
import io.mman.testing.OpenFiles;
import io.mman.testing.Requirements;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** JVMs of other users, in other namespaces, and at the limit of descriptors. */
class HandoverProcessTest {
  private static final int NOBODY = 65534;
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final ChildJvm CHILD = ChildJvm.of(HandoverChild.class);
  private static final ChildJvm AS_NOBODY =
      CHILD.under("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups");

  private static final String[] OTHER_NAMESPACES = {
    "unshare", "--mount", "--pid", "--fork", "--mount-proc"
  };

  @TempDir Path folder;

  private final NativeFile memory = NativeFile.memory("given", 4096, MemfdFlag.ALLOW_SEALING);
  private Path path;

  @BeforeEach
  void fill() {
    path = folder.resolve("door");
    memory.seal(FileSeal.SHRINK);
    try (MappedRegion region = Mapping.file(memory).readWrite().mapShared()) {
      region.segment().set(ValueLayout.JAVA_INT, 0, 42);
    }
  }

  @AfterEach
  void close() {
    memory.close();
  }

  private int value() {
    try (MappedRegion region = Mapping.file(memory).mapShared()) {
      return region.segment().get(ValueLayout.JAVA_INT, 0);
    }
  }

  private OtherProgram start(ChildJvm child, String... arguments) {
    return new OtherProgram(child.start(arguments));
  }

  private void openTo(String permissions, Path file) throws Exception {
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
  }

  @Test
  void anotherUserTakesIfTheFileAndThePredicateAllowIt() throws Throwable {
    Requirements.requireRoot();
    openTo("rwxr-xr-x", folder);
    List<Peer> peers = new CopyOnWriteArrayList<>();
    try (Handover door = Handover.listen(path, peer -> peers.add(peer) && peer.uid() == NOBODY)) {
      String refused = AS_NOBODY.run("take", path.toString()).success();
      assertTrue(refused.contains("\nconnect EACCES: "), refused);
      openTo("rw-rw-rw-", path);
      Elsewhere giver = Elsewhere.start(() -> door.give(memory));
      failure("recvmsg", Errno.EBADMSG, () -> Handover.take(path, LONG)); // although it is root
      try (OtherProgram taker = start(AS_NOBODY, "take", path.toString())) {
        long pid = Long.parseLong(taker.line());
        assertEquals("42", taker.line());
        taker.requireSuccess();
        giver.join();
        assertEquals(new Peer(pid, NOBODY, NOBODY), peers.getLast());
      }
      assertEquals(43, value());
    }
  }

  @Test
  void aProcessInOtherNamespacesTakes() throws Throwable {
    Requirements.requireSuccess(
        "other namespaces", "unshare", "--mount", "--pid", "--fork", "true");
    List<Peer> peers = new CopyOnWriteArrayList<>();
    try (Handover door = Handover.listen(path, peers::add);
        OtherProgram taker = start(CHILD.under(OTHER_NAMESPACES), "take", path.toString())) {
      door.give(memory);
      assertEquals("1", taker.line());
      assertEquals("42", taker.line());
      long pid = peers.getFirst().pid();
      assertTrue(pid > 1 && pid != taker.process().pid(), peers::toString);
      taker.requireSuccess();
      assertEquals(43, value());
    }
  }

  @Test
  void aProcessInOtherNamespacesGives() throws Throwable {
    Requirements.requireSuccess(
        "other namespaces", "unshare", "--mount", "--pid", "--fork", "true");
    try (OtherProgram giver = start(CHILD.under(OTHER_NAMESPACES), "give", path.toString())) {
      assertEquals("listening", giver.line());
      Handover.take(path, LONG, FileSeal.SHRINK).close();
      int uid = (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
      int gid = (int) Files.getAttribute(Path.of("/proc/self"), "unix:gid");
      assertEquals(
          new Peer(0, uid, gid).toString(), giver.line()); // this process has no number there
      giver.requireSuccess();
    }
    assertTrue(Files.notExists(path));
  }

  @Test
  void aDescriptorOfAnotherProcessIsTaken() throws Throwable {
    String script =
        """
        import os, sys
        fd = os.memfd_create("held")
        os.ftruncate(fd, 12345)
        print(fd, os.pipe()[0], flush=True)
        sys.stdin.read()
        """;
    Requirements.requirePrograms("python3");
    Process python = new ProcessBuilder("python3", "-c", script).start();
    ProcessHandle handle = python.toHandle();
    try (OtherProgram holder = new OtherProgram(python)) {
      String[] fds = holder.line().split(" ");
      TreeMap<Integer, String> before = OpenFiles.all();
      try (NativeFile taken = Handover.takeFrom(handle, Integer.parseInt(fds[0]))) {
        assertEquals(12345, taken.size());
      }
      failure(
          "pidfd_getfd", Errno.EBADMSG, () -> Handover.takeFrom(handle, Integer.parseInt(fds[1])));
      failure("pidfd_getfd", Errno.EBADF, () -> Handover.takeFrom(handle, 999));
      failure("pidfd_open", Errno.ESRCH, () -> Handover.takeFrom(dead(handle), 0));
      assertThrows(IllegalArgumentException.class, () -> Handover.takeFrom(handle, -1));
      assertEquals(before, OpenFiles.all());
    }
    failure("pidfd_open", Errno.ESRCH, () -> Handover.takeFrom(handle, 0));
  }

  /** Returns a handle that knows that its process has ended, although another has its number. */
  private static ProcessHandle dead(ProcessHandle handle) {
    return (ProcessHandle)
        Proxy.newProxyInstance(
            HandoverProcessTest.class.getClassLoader(),
            new Class<?>[] {ProcessHandle.class},
            (proxy, method, arguments) ->
                method.getName().equals("isAlive") ? false : method.invoke(handle, arguments));
  }

  @Test
  void aReusedNumberOfAProcessIsNoticed() {
    Requirements.requireRoot();
    String out = CHILD.under(OTHER_NAMESPACES).run("reuse", "-").success();
    assertTrue(out.startsWith("pidfd_open ESRCH: "), out);
  }

  @Test
  void whoMayNotTraceAProcessIsToldWhy() {
    Requirements.requireRoot();
    String pid = Long.toString(ProcessHandle.current().pid());
    String out = AS_NOBODY.run("takeFrom", "-", pid, Integer.toString(memory.fd())).success();
    assertTrue(out.startsWith("pidfd_getfd EPERM: "), out);
    assertTrue(out.contains("CAP_SYS_PTRACE"), out);
  }

  @Test
  void withoutAFreeDescriptorTheErrorSaysSoAndNothingIsLost() throws Throwable {
    Path other = folder.resolve("python");
    try (OtherProgram giver = OtherProgram.python(folder, "giver.py", other, "sealed", 2)) {
      assertEquals("listening", giver.line());
      assertEquals(
          List.of(
              "accept4 EMFILE",
              "socket EMFILE",
              "socket EMFILE",
              "pidfd_open EMFILE",
              "recvmsg EBADMSG",
              "pidfd_open EMFILE",
              "success",
              "success",
              "true"),
          CHILD
              .under("prlimit", "--nofile=100")
              .run("limit", path.toString(), other.toString())
              .lines());
    }
  }

  /** Two processes leave stale sockets and replace those of the other. */
  @Test
  void whoeverListensIsNeverReplaced() throws Throwable {
    try (OtherProgram one = start(CHILD, "race", path.toString(), "300");
        OtherProgram two = start(CHILD, "race", path.toString(), "300")) {
      assertEquals("won", one.line());
      assertEquals("won", two.line());
      one.requireSuccess();
      two.requireSuccess();
    }
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> left = files.filter(file -> !file.equals(path)).toList();
      assertEquals(List.of(), left);
    }
  }
}
