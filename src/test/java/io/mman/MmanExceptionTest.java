package io.mman;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.mman.internal.call.SystemCalls;
import io.mman.internal.error.Failure;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The parts of an exception; the reasons in the message are tested with each call. */
class MmanExceptionTest {
  private static final int ENOENT = 2;
  private static final Path FILE = Path.of("/x");

  @TempDir Path folder;

  @Test
  void theMessageIsTheCallItsArgumentsTheErrorAndItsCause() throws IOException {
    Path path = Files.createFile(folder.resolve("x"));
    Set<MapFlag> flags = new LinkedHashSet<>(List.of(MapFlag.POPULATE, MapFlag.SHARED));
    try (NativeFile file = NativeFile.open(path)) {
      MmanException e =
          assertThrows(
              MmanException.class,
              () ->
                  SystemCalls.mmap(
                      MemorySegment.NULL, 4096, Protection.READ_WRITE, flags, file.fd(), 0, path));

      assertEquals(
          "mmap(length=4096, READ_WRITE, SHARED|POPULATE, \""
              + path
              + "\", offset=0): EACCES (Permission denied): the file is open for reading only",
          e.getMessage());
      assertEquals("mmap", e.call());
      assertEquals(13, e.errno());
      assertSame(Errno.EACCES, e.error());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "2,  java.nio.file.NoSuchFileException",
    "13, java.nio.file.AccessDeniedException",
    "17, java.nio.file.FileAlreadyExistsException",
    "1,  java.nio.file.FileSystemException",
    "5,  java.nio.file.FileSystemException",
    "28, java.nio.file.FileSystemException",
    "41, java.nio.file.FileSystemException",
  })
  void theCauseIsTheJdksExceptionForTheError(int errno, Class<?> type) {
    MmanException e = Failure.of("open", -errno).file(FILE).exception();

    FileSystemException cause = (FileSystemException) e.getCause();
    assertSame(type, cause.getClass());
    assertEquals("/x", cause.getFile());
    assertNull(cause.getOtherFile());
    assertEquals(errno, e.errno());
  }

  @Test
  void aFileThatIsNoArgumentInCIsNamedByTheCauseOnly() {
    MmanException e = Failure.of("msync", -5).arg("SYNC").about(FILE).exception();

    assertEquals("msync(SYNC): EIO (Input/output error)", e.getMessage());
    assertEquals("/x", ((FileSystemException) e.getCause()).getFile());
  }

  @Test
  void withoutAFileTheCauseNamesNone() {
    IOException other = Failure.of("mlockall", -12).exception().getCause();
    IOException exists = Failure.of("mmap", -17).exception().getCause();
    IOException denied = Failure.of("mmap", -13).exception().getCause();
    IOException missing = Failure.of("mmap", -ENOENT).exception().getCause();

    assertSame(IOException.class, other.getClass());
    assertEquals("ENOMEM (Cannot allocate memory)", other.getMessage());
    assertNull(((FileAlreadyExistsException) exists).getFile());
    assertNull(((AccessDeniedException) denied).getFile());
    assertNull(((NoSuchFileException) missing).getFile());
    assertEquals("ENOENT (No such file or directory)", missing.getMessage());
  }

  @Test
  void anErrorWithoutANameHasItsNumber() {
    MmanException e = Failure.of("ioctl", -4000).arg("fd", 3).exception();

    assertEquals("ioctl(fd=3): errno 4000 (Unknown error)", e.getMessage());
    assertSame(Errno.OTHER, e.error());
    assertEquals(4000, e.errno());
  }

  @Test
  void itCanBeSentToAnotherProcess() throws IOException, ClassNotFoundException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(Failure.of("open", -ENOENT).file(FILE).exception());
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      MmanException e = (MmanException) in.readObject();
      assertEquals("open(\"/x\"): ENOENT (No such file or directory)", e.getMessage());
      assertEquals("open", e.call());
      assertSame(Errno.ENOENT, e.error());
      assertEquals("/x", ((NoSuchFileException) e.getCause()).getFile());
    }
  }

  @Test
  void aTestCanSimulateAFailure() {
    IOException cause = new IOException("disk");
    MmanException e = new MmanException("msync(…): EIO", cause, "msync", Errno.EIO.number());

    assertEquals("msync(…): EIO", e.getMessage());
    assertSame(cause, e.getCause());
    assertEquals("msync", e.call());
    assertSame(Errno.EIO, e.error());
  }
}
