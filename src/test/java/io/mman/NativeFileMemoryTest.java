package io.mman;

import static io.mman.FileSeal.EXEC;
import static io.mman.FileSeal.FUTURE_WRITE;
import static io.mman.FileSeal.GROW;
import static io.mman.FileSeal.SEAL;
import static io.mman.FileSeal.SHRINK;
import static io.mman.FileSeal.WRITE;
import static io.mman.MemfdFlag.ALLOW_SEALING;
import static io.mman.MemfdFlag.HUGETLB;
import static io.mman.MemfdFlag.HUGE_1GB;
import static io.mman.MemfdFlag.HUGE_2MB;
import static io.mman.MemfdFlag.NOEXEC_SEAL;
import static io.mman.testing.Failures.failure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.testing.Command;
import io.mman.testing.OpenFiles;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Files in memory and their seals. */
class NativeFileMemoryTest {
  private static final long MIB = 1 << 20;

  @AfterEach
  void noDescriptorIsLeft() {
    assertFalse(
        OpenFiles.all().values().stream().anyMatch(target -> target.startsWith("/memfd:mman-")));
  }

  @Test
  void hasTheSizeAskedForAndZeros() {
    try (NativeFile file = NativeFile.memory("mman-size", 5000)) {
      assertEquals(5000, file.size());
      MemorySegment mapped = map(file, Protection.READ_WRITE);
      assertEquals(0, mapped.get(ValueLayout.JAVA_BYTE, 4999));
      Mman.munmap(mapped);
    }
    try (NativeFile empty = NativeFile.memory("", 0)) {
      assertEquals(0, empty.size());
    }
  }

  @Test
  void anotherProcessReachesItByItsPath() throws IOException {
    try (NativeFile file = NativeFile.memory("mman-path", 3)) {
      String entry = "/proc/" + ProcessHandle.current().pid() + "/fd/" + file.fd();
      assertEquals(Path.of(entry), file.path());
      assertEquals("/memfd:mman-path (deleted)", Files.readSymbolicLink(file.path()).toString());
      MemorySegment mapped = map(file, Protection.READ_WRITE);
      try {
        mapped.set(ValueLayout.JAVA_BYTE, 0, (byte) 'a');
        String shell =
            "head -c 1 " + entry + "; printf b | dd conv=notrunc seek=1 bs=1 of=" + entry;
        assertEquals("a", Command.run(List.of("sh", "-c", shell)).success());
        assertEquals('b', mapped.get(ValueLayout.JAVA_BYTE, 1));
      } finally {
        Mman.munmap(mapped);
      }
    }
  }

  @Test
  void aLabelHasAtMost249Bytes() {
    NativeFile.memory("n".repeat(249), 1).close();
    MmanException e = failure("memfd_create", Errno.EINVAL, () -> memory("\u20ac".repeat(84)));
    assertTrue(e.getMessage().startsWith("memfd_create(\"\u20ac"), e.getMessage());
    assertTrue(e.getMessage().contains("longer than 249 bytes"), e.getMessage());
  }

  @Test
  void aFileWhoseLengthCannotBeSetIsClosed() {
    failure("ftruncate", Errno.EINVAL, () -> NativeFile.memory("mman-odd", MIB, HUGETLB));
  }

  @Test
  void hugePagesAreOfTheSizeAskedFor() {
    try (NativeFile file = memory("mman-huge", HUGETLB, HUGE_2MB)) {
      assertEquals(2 * MIB, file.file.status(file.fd()).blockSize());
      file.resize(4 * MIB);
      MmanException e = failure("ftruncate", Errno.EINVAL, () -> file.resize(3 * MIB));
      assertTrue(e.getMessage().contains("explicit huge pages"), e.getMessage());
    }
    failure("memfd_create", Errno.EINVAL, () -> memory("mman-not-huge", HUGE_2MB));
    assertThrows(
        IllegalArgumentException.class, () -> memory("mman-both", HUGETLB, HUGE_2MB, HUGE_1GB));
  }

  @Test
  void thereAreNoSealsByDefault() {
    try (NativeFile file = memory("mman-unsealable")) {
      assertEquals(Set.of(SEAL), file.seals());
      MmanException e = failure("fcntl", Errno.EPERM, () -> file.seal(GROW, SHRINK));
      assertEquals(
          "fcntl(\""
              + file.path()
              + "\", F_ADD_SEALS, SHRINK|GROW): EPERM (Operation not permitted): the file was not"
              + " created with ALLOW_SEALING, is sealed with SEAL, or is not open for writing",
          e.getMessage());
    }
    try (NativeFile file = memory("mman-sealable", ALLOW_SEALING)) {
      assertEquals(Set.of(), file.seals());
      file.seal();
      assertEquals(Set.of(), file.seals());
    }
  }

  @Test
  void noexecSealForbidsExecutionAndAllowsSeals() {
    try (NativeFile file = memory("mman-noexec", NOEXEC_SEAL)) {
      assertEquals(Set.of(EXEC), file.seals());
      assertFalse(chmod(file, "u+x"));
      file.seal(GROW);
      assertEquals(Set.of(EXEC, GROW), file.seals());
    }
    try (NativeFile file = memory("mman-exec", MemfdFlag.EXEC)) {
      assertTrue(Files.isExecutable(file.path()));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"SHRINK", "GROW", "WRITE", "FUTURE_WRITE"})
  void aSealIsShown(FileSeal seal) {
    try (NativeFile file = memory("mman-shown", ALLOW_SEALING)) {
      file.seal(seal);
      assertEquals(Set.of(seal), file.seals());
      file.seal(SEAL);
      assertEquals(EnumSet.of(SEAL, seal), file.seals());
      failure("fcntl", Errno.EPERM, () -> file.seal(seal));
    }
  }

  @Test
  void shrinkAndGrowKeepTheLength() {
    try (NativeFile file = NativeFile.memory("mman-length", 10, ALLOW_SEALING)) {
      file.seal(SHRINK);
      MmanException e = failure("ftruncate", Errno.EPERM, () -> file.resize(9));
      assertTrue(e.getMessage().endsWith("a seal on the file forbids this"), e.getMessage());
      file.resize(11);
      file.seal(GROW);
      failure("ftruncate", Errno.EPERM, () -> file.resize(12));
      failure("posix_fallocate", Errno.EPERM, () -> file.allocate(0, 12));
      assertEquals(11, file.size());
    }
  }

  @Test
  void theWriteSealRequiresThatNoMappingIsWritable() {
    try (NativeFile file = NativeFile.memory("mman-write", 1, ALLOW_SEALING)) {
      MemorySegment mapped = map(file, Protection.READ_WRITE);
      MmanException e = failure("fcntl", Errno.EBUSY, () -> file.seal(WRITE));
      assertTrue(e.getMessage().endsWith("a writable shared mapping exists"), e.getMessage());
      Mman.munmap(mapped);
      file.seal(WRITE);
      failure("mmap", Errno.EPERM, () -> map(file, Protection.READ_WRITE));
      Mman.munmap(map(file, Protection.READ));
    }
  }

  @Test
  void futureWriteLeavesTheMappingsThatExist() {
    try (NativeFile file = NativeFile.memory("mman-future", 1, ALLOW_SEALING)) {
      MemorySegment mapped = map(file, Protection.READ_WRITE);
      file.seal(FUTURE_WRITE);
      mapped.set(ValueLayout.JAVA_BYTE, 0, (byte) 1);
      Mman.munmap(mapped);
      failure("mmap", Errno.EPERM, () -> map(file, Protection.READ_WRITE));
    }
  }

  @Test
  void theExecSealOfAnExecutableFileSealsItsContentsToo() {
    try (NativeFile file = memory("mman-program", ALLOW_SEALING, MemfdFlag.EXEC)) {
      file.seal(EXEC);
      assertEquals(EnumSet.of(EXEC, SHRINK, GROW, WRITE, FUTURE_WRITE), file.seals());
      assertFalse(chmod(file, "a-x"));
    }
  }

  @Test
  void onlyFilesOfMemoryHaveSeals() {
    try (NativeFile file = NativeFile.open(Path.of("/proc/version"))) {
      MmanException e = failure("fcntl", Errno.EINVAL, file::seals);
      assertEquals(
          "fcntl(\"/proc/version\", F_GET_SEALS): EINVAL (Invalid argument): only files in memory"
              + " have seals",
          e.getMessage());
    }
  }

  @Test
  void refusesNull() {
    assertThrows(NullPointerException.class, () -> NativeFile.memory(null, 1));
    assertThrows(NullPointerException.class, () -> memory("mman-null", ALLOW_SEALING, null));
    try (NativeFile file = memory("mman-null")) {
      assertThrows(NullPointerException.class, () -> file.seal((FileSeal[]) null));
      assertThrows(NullPointerException.class, () -> file.seal(SEAL, null));
    }
  }

  private static NativeFile memory(String label, MemfdFlag... flags) {
    return NativeFile.memory(label, 0, flags);
  }

  private static MemorySegment map(NativeFile file, Protection protection) {
    Set<MapFlag> shared = Set.of(MapFlag.SHARED);
    return Mman.mmap(MemorySegment.NULL, file.size(), protection, shared, file.fd(), 0);
  }

  private static boolean chmod(NativeFile file, String mode) {
    return Command.run(List.of("chmod", mode, file.path().toString())).exitCode() == 0;
  }
}
