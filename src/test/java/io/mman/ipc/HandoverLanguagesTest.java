package io.mman.ipc;

import static io.mman.testing.Failures.failure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.Errno;
import io.mman.FileSeal;
import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.MmanException;
import io.mman.NativeFile;
import io.mman.testing.Elsewhere;
import io.mman.testing.OpenFiles;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Giving to and taking from programs in C and Python, which may send anything. */
class HandoverLanguagesTest {
  private static final Duration LONG = Duration.ofSeconds(60);

  @TempDir Path folder;

  private Path path() {
    return folder.resolve("door");
  }

  private static String text(NativeFile file, int length) {
    try (MappedRegion region = Mapping.file(file).range(0, 4096).mapShared()) {
      byte[] bytes = new byte[length];
      region.segment().asByteBuffer().get(bytes);
      return new String(bytes, StandardCharsets.US_ASCII);
    }
  }

  private static NativeFile memory() {
    NativeFile memory = NativeFile.memory("java", 4096);
    try (MappedRegion region = Mapping.file(memory).readWrite().mapShared()) {
      region.segment().asByteBuffer().put("hello".getBytes(StandardCharsets.US_ASCII));
    }
    return memory;
  }

  @Test
  void pythonTakesAndItsNumbersAreRight() throws Throwable {
    List<Peer> peers = new CopyOnWriteArrayList<>();
    try (NativeFile memory = memory();
        Handover door = Handover.listen(path(), peers::add);
        OtherProgram taker = OtherProgram.python(folder, "taker.py", path())) {
      door.give(memory);
      assertEquals("hello", taker.line());
      String[] numbers = taker.line().split(" ");
      Peer expected =
          new Peer(
              Long.parseLong(numbers[0]),
              Integer.parseInt(numbers[1]),
              Integer.parseInt(numbers[2]));
      assertEquals(List.of(expected), peers);
      taker.requireSuccess();
      assertEquals("PYTHN", text(memory, 5));
    }
  }

  @Test
  void aProgramInCTakes() throws Throwable {
    try (NativeFile memory = memory();
        Handover door = Handover.listen(path());
        OtherProgram taker = OtherProgram.inC(folder, "take", path())) {
      door.give(memory);
      assertEquals("hello", taker.line());
      taker.requireSuccess();
      assertEquals("IN C!", text(memory, 5));
    }
  }

  @Test
  void aProgramInCGives() throws Throwable {
    try (OtherProgram giver = OtherProgram.inC(folder, "give", path())) {
      assertEquals("listening", giver.line());
      try (NativeFile taken = Handover.take(path(), LONG)) {
        assertEquals("from c", text(taken, 6));
      }
      giver.requireSuccess();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"sealed", "long", "credentials"})
  void pythonGives(String what) throws Throwable {
    try (OtherProgram giver = OtherProgram.python(folder, "giver.py", path(), what)) {
      assertEquals("listening", giver.line());
      try (NativeFile taken = Handover.take(path(), LONG, FileSeal.SHRINK, FileSeal.GROW)) {
        assertEquals("from python", text(taken, 11));
      }
      giver.requireSuccess();
    }
  }

  @Test
  void aDeviceCanBeTaken() throws Throwable {
    try (OtherProgram giver = OtherProgram.python(folder, "giver.py", path(), "device", 2)) {
      assertEquals("listening", giver.line());
      try (NativeFile taken = Handover.take(path(), LONG)) {
        assertEquals("\0", text(taken, 1));
      }
      failure("recvmsg", Errno.EPERM, () -> Handover.take(path(), LONG, FileSeal.SHRINK));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "nothing,   the connection ended without a message",
    "none,      the message came without a descriptor",
    "late,      the message came without a descriptor",
    "two,       the message came with 2 descriptors",
    "twice,     the message came with 2 descriptors",
    "many,      the message came with 253 descriptors",
    "urgent,    the message was sent out of band",
    "pipe,      the descriptor is neither",
    "socket,    the descriptor is neither",
    "directory, the descriptor is neither",
    "eventfd,   the descriptor is neither",
  })
  void whatCannotBeMappedIsClosedAndRefused(String what, String reason) throws Throwable {
    try (OtherProgram giver = OtherProgram.python(folder, "giver.py", path(), what)) {
      assertEquals("listening", giver.line());
      TreeMap<Integer, String> before = OpenFiles.all();
      MmanException e = failure("recvmsg", Errno.EBADMSG, () -> Handover.take(path(), LONG));
      assertTrue(e.getMessage().contains(reason), e::getMessage);
      assertEquals(before, OpenFiles.all());
      giver.requireSuccess();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "pipe,      EBADMSG, the descriptor is neither",
    "socket,    EBADMSG, the descriptor is neither",
    "directory, EPERM,   'the file lacks seals: [SHRINK, WRITE]; only'",
    "eventfd,   EPERM,   'the file lacks seals: [SHRINK, WRITE]; only'",
    "unsealed,  EPERM,   'the file lacks seals: [SHRINK, WRITE]'",
    "grow,      EPERM,   'the file lacks seals: [SHRINK, WRITE]'",
    "sealed,    EPERM,   the file lacks seals: [WRITE]",
    "path,      EPERM,   'the file lacks seals: [SHRINK, WRITE]'",
  })
  void whatLacksASealIsClosedAndRefused(String what, Errno error, String reason) throws Throwable {
    try (OtherProgram giver = OtherProgram.python(folder, "giver.py", path(), what)) {
      assertEquals("listening", giver.line());
      TreeMap<Integer, String> before = OpenFiles.all();
      MmanException e =
          failure(
              "recvmsg", error, () -> Handover.take(path(), LONG, FileSeal.WRITE, FileSeal.SHRINK));
      assertTrue(e.getMessage().contains(reason), e::getMessage);
      assertEquals(before, OpenFiles.all());
      giver.requireSuccess();
    }
  }

  @Test
  void aGiverThatKeepsSilentIsNotWaitedForLongerThanTheTime() throws Throwable {
    try (OtherProgram giver = OtherProgram.python(folder, "giver.py", path(), "silence")) {
      assertEquals("listening", giver.line());
      TreeMap<Integer, String> before = OpenFiles.all();
      failure("recvmsg", Errno.ETIMEDOUT, () -> Handover.take(path(), Duration.ofMillis(50)));
      assertEquals(before, OpenFiles.all());
    }
  }

  @Test
  void aGiverThatIsKilledEndsTheWait() throws Throwable {
    try (OtherProgram giver = OtherProgram.python(folder, "giver.py", path(), "silence")) {
      assertEquals("listening", giver.line());
      Elsewhere taker =
          Elsewhere.start(
                  () -> {
                    MmanException e =
                        assertThrows(MmanException.class, () -> Handover.take(path()));
                    // The kernel resets a connection that the giver has not accepted yet.
                    assertTrue(Set.of(Errno.EBADMSG, Errno.ECONNRESET).contains(e.error()));
                  })
              .awaitIn("await");
      giver.process().destroyForcibly();
      taker.join();
    }
    failure("connect", Errno.ECONNREFUSED, () -> Handover.take(path()));
  }
}
