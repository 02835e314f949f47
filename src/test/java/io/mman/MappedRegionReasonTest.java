package io.mman;

import static io.mman.testing.Pages.assertFails;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.testing.ChildJvm;
import io.mman.testing.Requirements;
import io.mman.testing.Samples;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Of several possible reasons for an error, the message names the one that applies. */
class MappedRegionReasonTest {
  private static final long PAGE = Mman.pageSize();
  private static final String READ_ONLY =
      "EACCES (Permission denied): the file is open for reading";

  @TempDir Path folder;

  private static NativeFile sealed(FileSeal seal) {
    NativeFile file = NativeFile.memory("sealed", 2 * PAGE, MemfdFlag.ALLOW_SEALING);
    file.seal(seal);
    return file;
  }

  @ParameterizedTest
  @EnumSource(names = {"WRITE", "FUTURE_WRITE"})
  void aSealForbidsWriting(FileSeal seal) {
    String reason = "): the file is sealed against writing (" + seal + ")";
    try (NativeFile file = sealed(seal);
        MappedRegion shared = Mapping.file(file).mapConfined();
        MappedRegion copy = Mapping.file(file).copyOnWrite().mapConfined()) {
      for (Protection wanted : new Protection[] {Protection.READ_WRITE, Protection.WRITE}) {
        assertFails("mprotect", Errno.EACCES, reason, () -> shared.protect(wanted));
      }
      copy.protect(Protection.READ_WRITE);
      Mapping writable = Mapping.file(file).readWrite();
      assertFails("mmap", Errno.EPERM, reason, writable::mapConfined);
      String either = READ_ONLY + " only, or sealed against writing";
      assertFails(
          "mprotect",
          Errno.EACCES,
          either,
          () -> Mman.mprotect(shared.segment(), Protection.READ_WRITE));
    }
  }

  @Test
  void aClosedFileCannotSayWhatForbidsWriting() {
    MappedRegion region;
    try (NativeFile file = sealed(FileSeal.FUTURE_WRITE)) {
      region = Mapping.file(file).mapShared();
    }
    assertFails(
        "mprotect",
        Errno.EACCES,
        READ_ONLY + " only, or sealed against writing",
        () -> region.protect(Protection.READ_WRITE));
    region.close();
  }

  @Test
  void aSealForbidsHoles() {
    try (NativeFile file = NativeFile.memory("sealed", PAGE, MemfdFlag.ALLOW_SEALING);
        MappedRegion region = Mapping.file(file).readWrite().mapConfined()) {
      file.seal(FileSeal.FUTURE_WRITE);
      assertFails(
          "madvise",
          Errno.EPERM,
          "a seal on the file forbids this",
          () -> region.advise(Advice.REMOVE));
    }
  }

  @Test
  void aFileOpenForReadingForbidsWriting() {
    Path path = Samples.file(folder, PAGE);
    try (NativeFile file = NativeFile.open(path);
        NativeFile memory = NativeFile.memory("memory", PAGE);
        NativeFile reader = NativeFile.open(memory.path())) {
      for (Mapping mapping :
          new Mapping[] {Mapping.file(file), Mapping.file(path), Mapping.file(reader)}) {
        try (MappedRegion region = mapping.mapConfined()) {
          var e =
              assertFails("mprotect", Errno.EACCES, () -> region.protect(Protection.READ_WRITE));
          assertTrue(e.getMessage().endsWith(READ_ONLY + " only"), e::getMessage);
        }
      }
    }
  }

  /** Requests the permission to execute. */
  static class Programmer {
    public static void main(String... arguments) throws IOException {
      Path path = Files.write(Path.of(arguments[0], "program"), new byte[(int) PAGE]);
      try (NativeFile file = NativeFile.open(path, StandardOpenOption.WRITE);
          MappedRegion open = Mapping.file(file).mapConfined();
          MappedRegion closed = Mapping.file(path).mapConfined()) {
        for (MappedRegion region : new MappedRegion[] {open, closed}) {
          try {
            region.protect(Protection.READ_EXEC);
          } catch (MmanException e) {
            System.out.println(e.getMessage());
          }
        }
      }
    }
  }

  @Test
  void aFileSystemForbidsPrograms() {
    Requirements.requirePrograms("unshare");
    Requirements.requireRoot();
    String place = folder.toString();
    var lines =
        ChildJvm.of(Programmer.class)
            .under("unshare", "--mount", "sh", "-c")
            .under("mount -t tmpfs -o noexec tmpfs \"$0\" && exec \"$@\"", place)
            .run(place)
            .lines();
    assertEquals(2, lines.size());
    for (String line : lines) {
      assertTrue(line.endsWith("(Permission denied): the file system is mounted noexec"), line);
    }
  }

  @Test
  void adviceNamesTheMemoryThatItAppliesTo() {
    Path path = Samples.file(folder, PAGE);
    for (Mapping mapping :
        new Mapping[] {
          Mapping.file(path),
          Mapping.file(path).copyOnWrite().readWrite(),
          Mapping.anonymous(PAGE).shared()
        }) {
      try (MappedRegion region = mapping.mapConfined()) {
        for (Advice advice : new Advice[] {Advice.FREE, Advice.WIPEONFORK}) {
          assertEinval(
              "): " + advice + " applies to private anonymous memory only", region, advice);
        }
      }
    }
    try (MappedRegion region = Mapping.anonymous(PAGE).mapConfined()) {
      assertEinval("): REMOVE applies to shared memory only", region, Advice.REMOVE);
      region.lock();
      assertEinval("): the pages are locked", region, Advice.FREE);
      assertEinval("): the pages are locked, ", region, Advice.DONTNEED);
      assertEinval("): the pages are locked, ", region, Advice.PAGEOUT);
    }
    try (MappedRegion region = Mapping.file(path).readWrite().mapConfined()) {
      region.lock();
      assertEinval("): the pages are locked", region, Advice.REMOVE);
    }
    try (MappedRegion region = Mapping.anonymous(PAGE).protection(Protection.NONE).mapConfined()) {
      assertEinval("): the protection of the pages forbids it", region, Advice.POPULATE_READ);
    }
  }

  private static void assertEinval(String words, MappedRegion region, Advice advice) {
    assertFails("madvise", Errno.EINVAL, words, () -> region.advise(advice));
  }

  /** A segment of a mapped file of which nothing is left. */
  private MemorySegment truncated(Arena arena) {
    Path path = Samples.file(folder, PAGE);
    MappedRegion region = Mapping.file(path).readWrite().map(arena);
    Samples.resize(path, 0);
    return region.segment();
  }

  @Test
  void readingNamesTheTargetThatIsAtFault() {
    Path path = Samples.file(folder, 2 * PAGE);
    try (Arena arena = Arena.ofConfined();
        MappedRegion region = Mapping.file(path).mapConfined();
        MappedRegion inaccessible = Mapping.anonymous(PAGE).mapConfined()) {
      MemorySegment noAccess =
          MemorySegment.ofAddress(inaccessible.segment().address()).reinterpret(PAGE);
      inaccessible.protect(Protection.NONE);
      assertOther("process_vm_readv", "target", () -> region.read(0, truncated(arena)));
      assertOther("process_vm_readv", "target", () -> region.read(PAGE, noAccess));
      inaccessible.protect(Protection.READ);
      assertOther("process_vm_readv", "target", () -> region.read(PAGE, noAccess));
      assertTrue(region.read(0, arena.allocate(PAGE)) == PAGE);

      Samples.resize(path, 0);
      MemorySegment fine = arena.allocate(PAGE);
      assertOwn("process_vm_readv", path, () -> region.read(0, fine));
      assertOwn("process_vm_readv", path, () -> region.read(0, MemorySegment.ofArray(new byte[1])));
      assertOwn("process_vm_readv", path, () -> region.read(0, noAccess)); // both are at fault
    }
  }

  @Test
  void writingNamesTheSourceThatIsAtFault() {
    Path path = Samples.file(folder, 2 * PAGE);
    try (Arena arena = Arena.ofConfined();
        MappedRegion region = Mapping.file(path).readWrite().mapConfined();
        MappedRegion inaccessible = Mapping.anonymous(PAGE).mapConfined()) {
      MemorySegment noAccess =
          MemorySegment.ofAddress(inaccessible.segment().address()).reinterpret(PAGE);
      inaccessible.protect(Protection.NONE);
      assertOther("process_vm_writev", "source", () -> region.write(0, truncated(arena)));
      assertOther("process_vm_writev", "source", () -> region.write(PAGE, noAccess));

      inaccessible.protect(Protection.READ);
      region.protect(Protection.READ);
      assertOwn("process_vm_writev", path, () -> region.write(0, noAccess));
      Samples.resize(path, 0);
      region.protect(Protection.READ_WRITE);
      assertOwn("process_vm_writev", path, () -> region.write(0, noAccess));
      assertOwn(
          "process_vm_writev", path, () -> region.write(0, MemorySegment.ofArray(new byte[1])));
    }
  }

  private static void assertOther(String call, String side, Runnable action) {
    MmanException e = assertFails(call, Errno.EFAULT, action::run);
    assertTrue(e.getMessage().contains(": a page of the " + side + " is missing"));
    assertFalse(e.getCause() instanceof FileSystemException); // which would name the region's file
    assertNull(e.getCause().getCause());
  }

  private static void assertOwn(String call, Path path, Runnable action) {
    MmanException e = assertFails(call, Errno.EFAULT, action::run);
    assertTrue(e.getMessage().contains(": a page is past the end"), e::getMessage);
    assertEquals(path.toString(), ((FileSystemException) e.getCause()).getFile());
  }
}
