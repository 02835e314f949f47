package io.mman;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.testing.Arenas;
import io.mman.testing.ChildJvm;
import io.mman.testing.Leaks;
import io.mman.testing.ProcMaps;
import io.mman.testing.Requirements;
import io.mman.testing.Samples;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** If any step of a mapping fails, nothing stays open or mapped, and no new file is seen. */
class MappingFailureTest {
  private static final long PAGE = Mman.pageSize();
  private static final long LARGE = 64 << 20;

  /** FREE does not apply to private file memory: EINVAL, after all other steps. */
  private static final Advice REFUSED = Advice.FREE;

  @TempDir Path folder;

  @Test
  void aMissingFileIsNoSuchFile() {
    var e = failure(Mapping.file(folder.resolve("missing")));
    assertEquals(Errno.ENOENT, e.error());
    assertEquals("open", e.call());
    assertInstanceOf(NoSuchFileException.class, e.getCause());

    var inside = failure(Mapping.file(folder.resolve("no/such")).create(5));
    assertEquals(Errno.ENOENT, inside.error());
  }

  @Test
  void aFileOpenForReadingCannotBeMappedForWriting() {
    try (NativeFile file = NativeFile.open(Samples.sparse(folder, LARGE))) {
      var e = failure(Mapping.file(file).protection(Protection.READ_WRITE));
      assertEquals(Errno.EACCES, e.error());
      assertEquals("mmap", e.call());
      assertInstanceOf(AccessDeniedException.class, e.getCause());
      assertTrue(e.getMessage().endsWith("the file is open for reading only"), e::getMessage);
      assertEquals(Errno.EBADF, failure(Mapping.file(file).preallocate()).error());
      assertEquals(Errno.EBADF, failure(Mapping.file(file).create(LARGE + 1)).error());
      assertEquals(LARGE, file.size());
    }
  }

  @Test
  void refusedAdviceLeavesNothing() throws IOException {
    Path file = Samples.sparse(folder, LARGE);
    try (NativeFile open = NativeFile.open(file, StandardOpenOption.WRITE)) {
      for (Mapping request :
          List.of(
              Mapping.file(file),
              Mapping.file(file).copyOnWrite(),
              Mapping.file(file).range(5, LARGE - 5),
              Mapping.file(open),
              Mapping.anonymous(LARGE).shared())) {
        var e = failure(request.advise(Advice.NORMAL, REFUSED));
        assertEquals(Errno.EINVAL, e.error());
        assertEquals("madvise", e.call());
      }
      open.resize(0); // no region is left that covers the file
    }
  }

  @Test
  void aNewFileDoesNotAppear() throws IOException {
    Path file = folder.resolve("new");

    failure(Mapping.file(file).create(LARGE).advise(REFUSED));
    assertIllegal(Mapping.file(file).create(5).range(0, 6));
    assertIllegal(Mapping.file(file).create(5).copyOnWrite().flags(MapFlag.SYNC));

    try (Stream<Path> left = Files.list(folder)) {
      assertEquals(List.of(), left.toList());
    }
  }

  @Test
  void aNewFileDoesNotAppearWhereASymbolicLinkLeads() throws IOException {
    Files.createSymbolicLink(folder.resolve("2"), Path.of("target"));
    Path link = Files.createSymbolicLink(folder.resolve("1"), folder.resolve("2"));

    failure(Mapping.file(link).create(LARGE).advise(REFUSED));

    assertFalse(Files.exists(folder.resolve("target")));
    assertTrue(Files.isSymbolicLink(link));
    assertTrue(Files.isSymbolicLink(folder.resolve("2")));
  }

  @Test
  void aLoopOfSymbolicLinksIsEloop() throws IOException {
    Path one = Files.createSymbolicLink(folder.resolve("1"), folder.resolve("2"));
    Files.createSymbolicLink(folder.resolve("2"), one);

    assertEquals(Errno.ELOOP, failure(Mapping.file(one).create(5)).error());
  }

  @Test
  void anExtensionStays() throws IOException {
    Path file = Samples.file(folder, PAGE + 3);

    failure(Mapping.file(file).create(LARGE).advise(REFUSED));
    assertEquals(LARGE, Files.size(file));
    assertIllegal(Mapping.file(file).create(LARGE + 1).range(LARGE, 2));
    assertEquals(LARGE + 1, Files.size(file));
    try (NativeFile open = NativeFile.open(file, StandardOpenOption.WRITE)) {
      failure(Mapping.file(open).create(LARGE + 2).advise(REFUSED));
    }
    assertEquals(LARGE + 2, Files.size(file));

    byte[] start = Samples.read(file, 0, (int) PAGE + 3);
    assertArrayEquals(Samples.bytes(0, PAGE + 3), start);
  }

  @Test
  void aClosedArenaOrOneOfAnotherThreadLeavesNothing() throws Exception {
    Path file = Samples.sparse(folder, LARGE);
    Arena closed = Arena.ofShared();
    closed.close();
    Arena foreign = arenaOfAnotherThread();
    for (Mapping request :
        List.of(
            Mapping.anonymous(LARGE),
            Mapping.file(file),
            Mapping.file(file).create(2 * LARGE),
            Mapping.file(file).range(0, 0))) {
      Leaks.none(LARGE, () -> assertThrows(IllegalStateException.class, () -> request.map(closed)));
      Leaks.none(LARGE, () -> assertThrows(WrongThreadException.class, () -> request.map(foreign)));
    }
    assertEquals(2 * LARGE, Files.size(file));
  }

  private static Arena arenaOfAnotherThread() throws InterruptedException {
    Arena[] arena = new Arena[1];
    Thread thread = new Thread(() -> arena[0] = Arena.ofConfined());
    thread.start();
    thread.join();
    return arena[0];
  }

  @Test
  void aFailedAllocationNamesTheLimit() {
    var e = failure(Mapping.anonymous(1L << 60));
    assertEquals(Errno.ENOMEM, e.error());
    assertTrue(e.getMessage().contains("vm."), e::getMessage);
  }

  @Test
  void populatePastTheEndOfATruncatedFileIsEfault() throws IOException {
    Path path = Samples.sparse(folder, LARGE);
    try (NativeFile file = NativeFile.open(path)) {
      Arena cutting =
          Arenas.lending(
              () -> {
                Samples.resize(path, PAGE); // after mmap, before populate
                return Arena.global().scope();
              });
      var e =
          Leaks.none(
              LARGE,
              () -> {
                Samples.resize(path, LARGE);
                return assertThrows(
                    MmanException.class, () -> Mapping.file(file).populate().map(cutting));
              });
      assertEquals(Errno.EFAULT, e.error());
      assertTrue(e.getMessage().contains("past the end of the file"), e::getMessage);
    }
    assertEquals(List.of(), ProcMaps.ofFile(path));
  }

  /** Runs with a small tmpfs of its own. */
  static class FullDisk {
    public static void main(String... arguments) throws IOException {
      Path disk = Path.of(arguments[0]);
      Path file = disk.resolve("file");
      Files.write(file, new byte[5]);
      for (Mapping request :
          List.of(
              Mapping.file(file).create(LARGE).preallocate(),
              Mapping.file(disk.resolve("new")).create(LARGE).preallocate())) {
        MmanException e = assertThrowsNoSpace(request);
        System.out.println(e.call() + " " + e.error() + " " + e.getCause().getClass().getName());
      }
      System.out.println(Files.size(file) + " " + Files.exists(disk.resolve("new")));
      // A hole without space on the disk is an errno here, and not a signal at the first store.
      try (MappedRegion region = Mapping.file(file).create(LARGE).mapConfined()) {
        System.out.println(errnoOf(() -> region.advise(Advice.POPULATE_WRITE)));
        long written = region.write(LARGE / 2, MemorySegment.ofArray(new byte[(int) PAGE]));
        System.out.println(written);
      } catch (MmanException e) {
        System.out.println(e.call() + " " + e.error());
      }
    }

    private static MmanException assertThrowsNoSpace(Mapping request) {
      try {
        request.mapConfined();
      } catch (MmanException e) {
        return e;
      }
      throw new AssertionError("mapped");
    }

    private static String errnoOf(Runnable call) {
      try {
        call.run();
        return "none";
      } catch (MmanException e) {
        return e.error().name();
      }
    }
  }

  @Test
  void aFullDiskIsEnospcBeforeTheFirstStore() throws IOException {
    Path disk = Files.createDirectory(folder.resolve("disk"));
    String mount = "mount -t tmpfs -o size=1m none '" + disk + "' && exec \"$@\"";
    Requirements.requireSuccess(
        "the right to mount", "unshare", "-m", "sh", "-c", mount, "sh", "true");

    List<String> lines =
        ChildJvm.of(FullDisk.class)
            .under("unshare", "-m", "sh", "-c", mount, "sh")
            .run(disk.toString())
            .lines();

    assertEquals(
        List.of(
            "posix_fallocate ENOSPC java.nio.file.FileSystemException",
            "posix_fallocate ENOSPC java.nio.file.FileSystemException",
            LARGE + " false",
            "EFAULT",
            "process_vm_writev EFAULT"),
        lines);
  }

  private static MmanException failure(Mapping request) {
    return Leaks.none(LARGE, () -> assertThrows(MmanException.class, request::mapConfined));
  }

  private static void assertIllegal(Mapping request) {
    Leaks.none(LARGE, () -> assertThrows(IllegalArgumentException.class, request::mapConfined));
  }
}
