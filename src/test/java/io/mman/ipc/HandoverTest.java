package io.mman.ipc;

import static io.mman.testing.Failures.failure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.Errno;
import io.mman.FileSeal;
import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.MemfdFlag;
import io.mman.NativeFile;
import io.mman.testing.Elsewhere;
import io.mman.testing.OpenFiles;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Giving and taking within one process, and the file of the socket. */
class HandoverTest {
  private static final Duration LONG = Duration.ofSeconds(60);

  @TempDir Path folder;

  private final NativeFile memory = NativeFile.memory("given", 4096, MemfdFlag.ALLOW_SEALING);
  private Path path;

  @BeforeEach
  void name() {
    path = folder.resolve("door");
  }

  @AfterEach
  void close() {
    memory.close();
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void theTakerHasTheSameMemory() throws Throwable {
    TreeMap<Integer, String> before = OpenFiles.all();
    memory.seal(FileSeal.SHRINK, FileSeal.GROW);
    try (Handover door = Handover.listen(path)) {
      Elsewhere giver = Elsewhere.start(() -> door.give(memory));
      NativeFile taken = Handover.take(path, FileSeal.SHRINK);
      giver.join();
      try (MappedRegion mine = Mapping.file(memory).readWrite().mapShared();
          MappedRegion other = Mapping.file(taken).readWrite().mapShared()) {
        mine.segment().set(ValueLayout.JAVA_INT, 8, 42);
        assertEquals(42, other.segment().get(ValueLayout.JAVA_INT, 8));
      }
      assertEquals(Set.of(FileSeal.SHRINK, FileSeal.GROW), taken.seals());
      taken.close();
    }
    assertEquals(before, OpenFiles.all());
    assertEquals(List.of(), names());
  }

  @Test
  void theFileIsForItsOwnerOnly() throws IOException {
    try (Handover door = Handover.listen(path)) {
      assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(path)));
      assertEquals(List.of("door"), names());
      assertEquals("Handover[\"" + path + "\", open]", door.toString());
    }
    assertFalse(Files.exists(path));
  }

  @Test
  void aPathInUseIsRefused() throws IOException {
    try (Handover door = Handover.listen(path)) {
      failure("bind", Errno.EADDRINUSE, () -> Handover.listen(path));
      assertEquals(List.of("door"), names(), door::toString);
    }
    Files.writeString(path, "no socket");
    failure("bind", Errno.EADDRINUSE, () -> Handover.listen(path));
    assertEquals("no socket", Files.readString(path));
  }

  @Test
  void withoutAListenerNothingCanBeTaken() {
    failure("connect", Errno.ENOENT, () -> Handover.take(path));
  }

  @Test
  void aTimeLimitsTheWait() {
    TreeMap<Integer, String> before = OpenFiles.all();
    Handover door = Handover.listen(path);
    failure("recvmsg", Errno.ETIMEDOUT, () -> Handover.take(path, Duration.ofMillis(30)));
    failure("recvmsg", Errno.ETIMEDOUT, () -> Handover.take(path, Duration.ZERO));
    Duration shortest = Duration.ofNanos(Long.MIN_VALUE);
    failure("recvmsg", Errno.ETIMEDOUT, () -> Handover.take(path, shortest));
    door.close();
    assertEquals(before, OpenFiles.all());
  }

  @Test
  void aRefusedClientGetsNothingAndTheNextOneIsServed() throws Throwable {
    List<Peer> peers = new CopyOnWriteArrayList<>();
    try (Handover door = Handover.listen(path, peer -> peers.add(peer) && peers.size() > 1)) {
      Elsewhere giver = Elsewhere.start(() -> door.give(memory));
      failure("recvmsg", Errno.EBADMSG, () -> Handover.take(path, LONG));
      Handover.take(path, LONG).close();
      giver.join();
    }
    int uid = (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
    int gid = (int) Files.getAttribute(Path.of("/proc/self"), "unix:gid");
    Peer self = new Peer(ProcessHandle.current().pid(), uid, gid);
    assertEquals(List.of(self, self), peers);
  }

  @Test
  void closingEndsGive() throws Throwable {
    Handover door = Handover.listen(path);
    Elsewhere giver =
        Elsewhere.start(() -> assertThrows(IllegalStateException.class, () -> door.give(memory)))
            .awaitIn("give");
    door.close();
    giver.join();
    assertThrows(IllegalStateException.class, () -> door.give(memory));
    door.close();
    assertTrue(memory.isOpen());
  }
}
