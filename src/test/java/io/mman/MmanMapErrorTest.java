package io.mman;

import static io.mman.testing.Pages.ANYWHERE;
import static io.mman.testing.Pages.assertFails;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.mman.internal.libc.FileCalls;
import io.mman.internal.libc.PathBytes;
import io.mman.testing.ChildJvm;
import io.mman.testing.Pages;
import io.mman.testing.Requirements;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** Provokes each error of mmap(2). */
class MmanMapErrorTest {
  private static final long SIZE = Pages.SIZE;
  private static final int O_WRONLY = 1;
  private static final Set<MapFlag> SHARED = Set.of(MapFlag.SHARED);
  private static final Set<MapFlag> MEMORY = Set.of(MapFlag.PRIVATE, MapFlag.ANONYMOUS);

  @TempDir Path folder;
  private Path path;

  @BeforeEach
  void writeFile() throws IOException {
    path = Files.write(folder.resolve("file"), new byte[(int) SIZE]);
  }

  private static Executable map(long length, Protection prot, Set<MapFlag> flags, int fd, long at) {
    return () -> Mman.mmap(ANYWHERE, length, prot, flags, fd, at);
  }

  @Test
  void accessBeyondTheDescriptorsIsEacces() {
    try (NativeFile file = NativeFile.open(path);
        Arena arena = Arena.ofConfined()) {
      MmanException e =
          assertFails("mmap", Errno.EACCES, map(SIZE, Protection.READ_WRITE, SHARED, file.fd(), 0));
      assertEquals(
          "mmap(length="
              + SIZE
              + ", READ_WRITE, SHARED, fd="
              + file.fd()
              + ", offset=0): "
              + "EACCES (Permission denied): the file is open for reading only",
          e.getMessage());
      assertEquals(13, e.errno());
      assertInstanceOf(AccessDeniedException.class, e.getCause());

      int writeOnly = FileCalls.open(PathBytes.of(path, arena), O_WRONLY, 0);
      try {
        assertFails(
            "mmap",
            Errno.EACCES,
            "the file is open for writing only",
            map(SIZE, Protection.READ, SHARED, writeOnly, 0));
      } finally {
        FileCalls.close(writeOnly);
      }
    }
  }

  @Test
  void noDescriptorIsEbadf() {
    assertFails("mmap", Errno.EBADF, "is not open", map(SIZE, Protection.READ, SHARED, 123456, 0));
    assertFails(
        "mmap", Errno.EBADF, "without ANONYMOUS", map(SIZE, Protection.READ, SHARED, -1, 0));
  }

  @Test
  void lengthZeroIsEinval() {
    assertFails("mmap", Errno.EINVAL, "length is 0", map(0, Protection.READ, MEMORY, -1, 0));
  }

  @Test
  void noSharingIsEinval() {
    Set<MapFlag> flags = Set.of(MapFlag.ANONYMOUS);
    assertFails("mmap", Errno.EINVAL, "none of SHARED", map(SIZE, Protection.READ, flags, -1, 0));
  }

  @Test
  void anOffsetInsideAPageIsEinval() {
    try (NativeFile file = NativeFile.open(path)) {
      assertFails(
          "mmap",
          Errno.EINVAL,
          "not a multiple of the page size, " + SIZE,
          map(SIZE, Protection.READ, SHARED, file.fd(), 1));
      assertFails("mmap", Errno.EINVAL, map(SIZE, Protection.READ, SHARED, file.fd(), SIZE + 512));
    }
  }

  @Test
  void aFixedAddressInsideAPageIsEinval() {
    Set<MapFlag> flags = Set.of(MapFlag.PRIVATE, MapFlag.ANONYMOUS, MapFlag.FIXED);
    try (Pages pages = Pages.anonymous(2)) {
      assertFails(
          "mmap",
          Errno.EINVAL,
          "the address is not a multiple",
          () -> Mman.mmap(pages.misaligned(), SIZE, Protection.READ, flags, -1, 0));
    }
  }

  @Test
  void mappingAnUnsuitableFileIsEnodev() {
    try (NativeFile directory = NativeFile.open(folder)) {
      assertFails(
          "mmap",
          Errno.ENODEV,
          "the file, or its file system, does not support mapping",
          map(SIZE, Protection.READ, SHARED, directory.fd(), 0));
    }
  }

  @Test
  void moreThanThereIsAddressSpaceIsEnomem() {
    assertFails(
        "mmap",
        Errno.ENOMEM,
        "limits in force: vm.max_map_count ",
        map(1L << 62, Protection.NONE, MEMORY, -1, 0));
    assertFails("mmap", Errno.ENOMEM, map(Long.MAX_VALUE, Protection.NONE, MEMORY, -1, 0));
  }

  @Test
  void moreThanMemoryCouldHoldIsEnomem() throws IOException {
    String mode = Files.readAllLines(Path.of("/proc/sys/vm/overcommit_memory")).getFirst();
    assumeTrue(mode.equals("0"), "vm.overcommit_memory is " + mode);
    assertFails(
        "mmap",
        Errno.ENOMEM,
        "vm.overcommit_memory=0 refuses",
        map(1L << 44, Protection.READ_WRITE, MEMORY, -1, 0));
  }

  @Test
  void anOffsetBeyondAnyFileIsEoverflow() {
    try (NativeFile file = NativeFile.open(path)) {
      assertFails(
          "mmap",
          Errno.EOVERFLOW,
          "offset plus length is larger than any file can be",
          map(SIZE, Protection.READ, SHARED, file.fd(), Long.MIN_VALUE));
    }
  }

  @Test
  void aFlagThatTheFileDoesNotSupportIsEopnotsupp() {
    try (NativeFile file = NativeFile.open(path)) {
      // Not on a DAX device.
      Set<MapFlag> sync = Set.of(MapFlag.SHARED_VALIDATE, MapFlag.SYNC);
      assertFails(
          "mmap",
          Errno.EOPNOTSUPP,
          "the file does not support it",
          map(SIZE, Protection.READ, sync, file.fd(), 0));
      // Bit 31, which the kernel checks only with SHARED_VALIDATE.
      Set<MapFlag> unknown = Set.of(MapFlag.SHARED_VALIDATE, MapFlag.HUGE_16GB);
      assertFails("mmap", Errno.EOPNOTSUPP, map(SIZE, Protection.READ, unknown, file.fd(), 0));
    }
  }

  @Test
  void aSealedFileIsEperm() {
    try (NativeFile file = NativeFile.memory("sealed", SIZE, MemfdFlag.ALLOW_SEALING)) {
      file.seal(FileSeal.WRITE);
      assertFails(
          "mmap",
          Errno.EPERM,
          "the file is sealed against writing",
          map(SIZE, Protection.READ_WRITE, SHARED, file.fd(), 0));
    }
  }

  /** Maps a file for execution and prints why that fails. */
  static class Code {
    public static void main(String... arguments) throws IOException {
      Path path = Files.createFile(Path.of(arguments[0], "code"));
      try (NativeFile file = NativeFile.open(path)) {
        Mman.mmap(ANYWHERE, SIZE, Protection.READ_EXEC, SHARED, file.fd(), 0);
      } catch (MmanException e) {
        System.out.println(e.error() + " " + e.getMessage());
      }
    }
  }

  @Test
  void codeFromAFileSystemWithoutProgramsIsEperm() {
    Requirements.requirePrograms("unshare");
    Requirements.requireRoot();
    String place = folder.toString();
    String line =
        ChildJvm.of(Code.class)
            .under("unshare", "--mount", "sh", "-c")
            .under("mount -t tmpfs -o noexec tmpfs \"$0\" && exec \"$@\"", place)
            .run(place)
            .lines()
            .getFirst();
    assertTrue(line.startsWith("EPERM mmap("), line);
    assertTrue(line.contains(": the file system is mounted noexec"), line);
  }

  @Test
  void anAddressInUseIsEexist() {
    Set<MapFlag> flags = Set.of(MapFlag.PRIVATE, MapFlag.ANONYMOUS, MapFlag.FIXED_NOREPLACE);
    try (Pages pages = Pages.anonymous(1)) {
      MmanException e =
          assertFails(
              "mmap",
              Errno.EEXIST,
              () -> Mman.mmap(pages.segment(), SIZE, Protection.READ, flags, -1, 0));
      assertInstanceOf(FileAlreadyExistsException.class, e.getCause());
      assertEquals(
          "mmap(addr=0x"
              + Long.toHexString(pages.segment().address())
              + ", length="
              + SIZE
              + ", READ, PRIVATE|FIXED_NOREPLACE|ANONYMOUS, fd=-1, offset=0): EEXIST (File exists):"
              + " something is already mapped at this address",
          e.getMessage());
    }
  }

  @Test
  void anEmptyPoolOfHugePagesIsEnomem() throws IOException {
    Path free = Path.of("/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages");
    assumeTrue(Files.exists(free), "the kernel has no huge pages of 2 MiB");
    assumeTrue(Files.readAllLines(free).getFirst().equals("0"), "there are free huge pages");
    Set<MapFlag> flags =
        Set.of(MapFlag.PRIVATE, MapFlag.ANONYMOUS, MapFlag.HUGETLB, MapFlag.HUGE_2MB);
    assertFails(
        "mmap",
        Errno.ENOMEM,
        "0 of them free: enlarge it, for example with echo 64 > /sys/kernel/mm/hugepages/"
            + "hugepages-2048kB/nr_hugepages",
        map(2 << 20, Protection.READ_WRITE, flags, -1, 0));
  }

  @Test
  void aWritableMappingOfAWritableFileWorks() {
    try (NativeFile file = NativeFile.open(path, StandardOpenOption.WRITE);
        Pages pages = Pages.shared(file, 1, Protection.READ_WRITE)) {
      assertEquals(true, Pages.isWritable(pages.segment(), 1));
    }
  }
}
