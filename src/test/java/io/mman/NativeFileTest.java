package io.mman;

import static io.mman.testing.Failures.failure;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.testing.Command;
import io.mman.testing.LibC;
import io.mman.testing.OpenFiles;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** Length, blocks and lifetime of an open file. */
class NativeFileTest {
  private static final long GIB = 1L << 30;

  @TempDir Path folder;
  private Path path;
  private NativeFile file;

  @BeforeEach
  void open() {
    path = folder.resolve("file");
    file = NativeFile.open(path, WRITE, CREATE);
  }

  @AfterEach
  void close() {
    file.close();
  }

  @Test
  void resizeSetsTheLengthBothWays() throws IOException {
    assertEquals(0, file.size());
    file.resize(5 * GIB + 1);
    assertEquals(5 * GIB + 1, file.size());
    assertEquals(0, blocks(), "a length alone needs no blocks");
    file.resize(1);
    assertEquals(1, file.size());
    assertEquals(1, Files.size(path));
    file.resize(0);
    assertEquals(0, file.size());
  }

  @Test
  void resizeKeepsWhatLiesBeforeTheEnd() throws IOException {
    Files.write(path, new byte[] {1, 2, 3});
    file.resize(2);
    file.resize(4);
    assertEquals(List.of(1, 2, 0, 0), bytes());
  }

  @Test
  void resizeRefusesWhatTheKernelRefuses() {
    try (NativeFile reader = NativeFile.open(path)) {
      MmanException e = failure("ftruncate", Errno.EINVAL, () -> reader.resize(1));
      assertEquals(
          "ftruncate(\""
              + path
              + "\", length=1): EINVAL (Invalid argument): the file is not open"
              + " for writing, its length cannot be set, or the length is not a multiple of the"
              + " file's explicit huge pages",
          e.getMessage());
      FileSystemException cause = (FileSystemException) e.getCause();
      assertEquals(path.toString(), cause.getFile());
    }
    failure("ftruncate", Errno.EFBIG, () -> file.resize(Long.MAX_VALUE));
    assertEquals(0, file.size());
  }

  @Test
  void resizeDoesNotTruncateUnderLiveRegions() {
    file.resize(100);
    try (MappedRegion region = Mapping.file(file).range(10, 50).mapConfined()) {
      assertDoesNotThrow(() -> file.resize(60));
      IllegalStateException e = assertThrows(IllegalStateException.class, () -> file.resize(59));
      assertEquals(
          "cannot truncate \"" + path + "\" to 59 bytes: live regions cover 60", e.getMessage());
      assertEquals(60, file.size());
      assertEquals(50, region.size());
    }
    file.resize(59);
    assertEquals(59, file.size());
  }

  @Test
  void allocateGivesBlocksAndOnlyExtends() throws IOException {
    file.allocate(0, 64 << 10);
    assertEquals(64 << 10, file.size());
    assertTrue(blocks() >= (64 << 10) / 512, () -> blocks() + " blocks");
    file.allocate(10, 10);
    assertEquals(64 << 10, file.size());
    file.allocate(6 * GIB, 1);
    assertEquals(6 * GIB + 1, file.size());
    assertTrue(blocks() < 1000, "the gap has got blocks too");
  }

  @Test
  void allocateKeepsTheContents() throws IOException {
    Files.write(path, new byte[] {1, 2, 3});
    file.allocate(1, 3);
    assertEquals(List.of(1, 2, 3, 0), bytes());
  }

  @Test
  void allocateRefusesWhatTheKernelRefuses() {
    failure("posix_fallocate", Errno.EINVAL, () -> file.allocate(0, 0));
    failure("posix_fallocate", Errno.EFBIG, () -> file.allocate(Long.MAX_VALUE, 1));
    try (NativeFile reader = NativeFile.open(path)) {
      MmanException e = failure("posix_fallocate", Errno.EBADF, () -> reader.allocate(4, 5));
      assertEquals(
          "posix_fallocate(\""
              + path
              + "\", offset=4, len=5): EBADF (Bad file descriptor): the"
              + " file is not open for writing",
          e.getMessage());
    }
    try (NativeFile device = NativeFile.open(Path.of("/dev/zero"), WRITE)) {
      failure("posix_fallocate", Errno.ENODEV, () -> device.allocate(0, 1));
    }
    assertEquals(0, file.size());
  }

  @Test
  void aNegativeNumberDoesNotReachTheKernel() {
    assertThrows(IllegalArgumentException.class, () -> file.resize(-1));
    assertThrows(IllegalArgumentException.class, () -> file.allocate(-1, 1));
    assertThrows(IllegalArgumentException.class, () -> file.allocate(1, -1));
    assertThrows(IllegalArgumentException.class, () -> file.advise(FileAdvice.NORMAL, -1, 1));
    assertThrows(IllegalArgumentException.class, () -> file.advise(FileAdvice.NORMAL, 1, -1));
    assertThrows(IllegalArgumentException.class, () -> file.cacheStat(-1, 1));
    assertThrows(IllegalArgumentException.class, () -> file.cacheStat(1, -1));
    assertThrows(IllegalArgumentException.class, () -> NativeFile.memory("negative", -1));
    assertThrows(IllegalArgumentException.class, () -> NativeFile.adopt(-1));
  }

  @Test
  void adoptTakesOverADescriptor() {
    int inherited = LibC.dup(file.fd());
    NativeFile adopted = NativeFile.adopt(inherited);
    assertEquals(inherited, adopted.fd());
    String entry = "/proc/" + ProcessHandle.current().pid() + "/fd/" + inherited;
    assertEquals(Path.of(entry), adopted.path());
    adopted.resize(7);
    assertEquals(7, file.size());
    adopted.close();
    assertFalse(OpenFiles.all().containsKey(inherited));
  }

  @Test
  void adoptRefusesANumberThatIsNotOpen() {
    MmanException e = failure("fstat", Errno.EBADF, () -> NativeFile.adopt(1_000_000));
    assertEquals("fstat(fd=1000000): EBADF (Bad file descriptor)", e.getMessage());
    assertEquals(IOException.class, e.getCause().getClass());
  }

  @Test
  void closeClosesTheDescriptorOnce() {
    int fd = file.fd();
    assertTrue(file.isOpen());
    assertEquals(path.toString(), OpenFiles.all().get(fd));
    file.close();
    assertFalse(file.isOpen());
    try (NativeFile next = NativeFile.open(path)) {
      assertEquals(fd, next.fd(), "the lowest free number is not the one given back");
      file.close();
      assertEquals(0, next.size());
    }
  }

  @Test
  void aClosedFileRefusesAllButWhatNeedsNoDescriptor() {
    file.close();
    List<Executable> calls =
        List.of(
            () -> file.fd(),
            () -> file.size(),
            () -> file.resize(1),
            () -> file.allocate(0, 1),
            () -> file.sync(),
            () -> file.syncData(),
            () -> file.advise(FileAdvice.NORMAL, 0, 0),
            () -> file.cacheStat(0, 0),
            () -> file.seal(FileSeal.SEAL),
            () -> file.seals());
    for (Executable call : calls) {
      IllegalStateException e = assertThrows(IllegalStateException.class, call);
      assertEquals("the file is closed: " + path, e.getMessage());
    }
    assertEquals(path, file.path());
    assertEquals("NativeFile[\"" + path + "\", closed]", file.toString());
  }

  @Test
  void saysWhatItIs() {
    assertEquals("NativeFile[\"" + path + "\", open]", file.toString());
  }

  private List<Integer> bytes() throws IOException {
    byte[] bytes = Files.readAllBytes(path);
    return IntStream.range(0, bytes.length).mapToObj(i -> (int) bytes[i]).toList();
  }

  /** Returns how many blocks of 512 bytes the file has. */
  private long blocks() {
    String out = Command.run(List.of("stat", "-c", "%b", path.toString())).success();
    return Long.parseLong(out.strip());
  }
}
