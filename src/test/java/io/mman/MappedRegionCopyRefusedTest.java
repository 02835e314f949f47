package io.mman;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.testing.ChildJvm;
import io.mman.testing.Overlay;
import io.mman.testing.Requirements;
import io.mman.testing.SmallDisk;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Systems, or seccomp filters, that refuse process_vm_readv and process_vm_writev. */
class MappedRegionCopyRefusedTest {
  private static final String COPIES = "process_vm_readv,process_vm_writev";
  private static final String TRACED = COPIES + ",pipe2,pread64,pwrite64";
  private static final long PAGE = Mman.pageSize();

  @TempDir Path folder;

  @BeforeAll
  static void requireStrace() throws Exception {
    Requirements.requireTracing();
  }

  /** Returns a JVM in which strace makes calls fail. */
  private ChildJvm refusing(Class<?> main, String... injections) {
    ChildJvm child =
        ChildJvm.of(main)
            .under("strace", "-f", "-qq", "-y", "--seccomp-bpf", "-o", trace().toString())
            .under("-e", "trace=" + TRACED);
    for (String injection : injections) {
      child = child.under("-e", "inject=" + injection);
    }
    return child;
  }

  private Path trace() {
    return folder.resolve("trace");
  }

  /** Returns the calls that the library makes, those that strace has made fail with a mark. */
  private List<String> calls() throws IOException {
    List<String> calls = new ArrayList<>();
    for (String line : Files.readAllLines(trace())) {
      String call = line.replaceFirst("^\\d+ +", "");
      boolean isOurs = !call.startsWith("pread64") || call.contains("sample"); // not the JVM's
      if (isOurs && call.matches("^\\w+\\(.*")) {
        String name = call.substring(0, call.indexOf('('));
        calls.add(line.contains("(INJECTED)") ? name + "!" : name);
      }
    }
    return calls;
  }

  @ParameterizedTest
  @ValueSource(strings = {"EPERM", "ENOSYS", "EACCES"})
  void everythingIsCopiedNevertheless(String errno) throws IOException {
    ChildJvm child = refusing(RefusedCopies.class, COPIES + ":error=" + errno);

    assertEquals(List.of("fine"), child.run(folder.toString()).lines());
    assertEquals(4, calls().stream().filter(call -> call.startsWith("process_vm_")).count());
    assertTrue(calls().contains("pread64"));
    assertFalse(calls().contains("pwrite64"));
  }

  /** The errors that other calls report elsewhere. */
  static class Reads {
    public static void main(String... arguments) {
      try (MappedRegion region = Mapping.anonymous(PAGE).mapConfined()) {
        for (int i = 0; i < 3; i++) {
          try {
            System.out.println(region.read(0, MemorySegment.ofArray(new byte[5])));
          } catch (MmanException e) {
            System.out.println(e.call() + " " + e.error());
          } catch (UnsupportedOperationException e) {
            System.out.println(e.getMessage());
          }
        }
      }
    }
  }

  /** The first line is the call itself, the second one shows that it is not refused in general. */
  @ParameterizedTest
  @ValueSource(strings = {"EPERM", "ENOSYS", "ESRCH", "ENOMEM"})
  void anErrorThatHasAnotherReasonIsReportedAndNotRemembered(String errno) throws IOException {
    ChildJvm child = refusing(Reads.class, "process_vm_readv:error=" + errno + ":when=1");

    assertEquals(List.of("process_vm_readv " + errno, "5", "5"), child.run().lines());
    assertFalse(calls().contains("pipe2"), "a pipe was created");
  }

  @Test
  void aRefusalIsRemembered() throws IOException {
    assertEquals(
        List.of("5", "5", "5"),
        refusing(Reads.class, "process_vm_readv:error=EPERM").run().lines());
    assertEquals(
        List.of("process_vm_readv!", "process_vm_readv!", "pipe2", "pipe2", "pipe2"), calls());
  }

  @ParameterizedTest
  @CsvSource({"EMFILE, pipe2 EMFILE", "ENFILE, pipe2 ENFILE"})
  void aPipeThatCannotBeCreatedIsAnError(String errno, String reported) {
    ChildJvm child =
        refusing(Reads.class, "process_vm_readv:error=EPERM", "pipe2:error=" + errno + ":when=2");

    assertEquals(List.of("5", reported, "5"), child.run().lines());
  }

  @Test
  void whereNothingWorksItIsUnsupported() {
    String message =
        "the system or a seccomp filter forbids process_vm_readv, process_vm_writev and pipe2";
    ChildJvm child = refusing(Reads.class, "process_vm_readv:error=ENOSYS", "pipe2:error=EPERM");

    assertEquals(List.of(message, message, message), child.run().lines());
  }

  /** Writes to a hole until the disk is full. */
  static class Filler {
    public static void main(String... arguments) {
      long mib = 1 << 20;
      Path path = Path.of(arguments[0], "file");
      long done = 0;
      try (Arena arena = Arena.ofConfined();
          MappedRegion region = Mapping.file(path).create(64 * mib).mapConfined()) {
        MemorySegment source = arena.allocate(mib).fill((byte) 1);
        while (done < 64 * mib) {
          done += region.write(done, source);
        }
      } catch (MmanException e) {
        System.out.println(e.call() + " " + e.error() + " " + (done > mib));
      }
      System.out.println(path.toFile().length() / mib);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aFullDiskIsAnError(SmallDisk disk) {
    String[] mount = disk.mountedAt(folder);
    ChildJvm child = ChildJvm.of(Filler.class).under(mount);
    child = child.under("strace", "-f", "-qq", "--seccomp-bpf", "-o", "/dev/null");
    child = child.under("-e", "trace=" + COPIES, "-e", "inject=" + COPIES + ":error=EPERM");

    assertEquals(List.of("read EFAULT true", "64"), child.run(disk.path(folder)).lines());
  }

  /** A file on overlayfs whose pages are the original's, and whose bytes are those of a copy. */
  static class CopiedUp {
    public static void main(String... arguments) {
      Path path = Overlay.file(Path.of(arguments[0]));
      try (NativeFile file = NativeFile.open(path);
          MappedRegion region = Mapping.file(file).mapConfined()) {
        System.out.println(region.segment().get(ValueLayout.JAVA_BYTE, 0));
        try (NativeFile writer = NativeFile.open(path, StandardOpenOption.WRITE);
            MappedRegion copy =
                Mapping.file(writer).protection(Protection.READ_WRITE).mapConfined()) {
          copy.segment().set(ValueLayout.JAVA_BYTE, 0, (byte) 99);
        }
        for (int i = 0; i < 2; i++) {
          byte[] target = new byte[1];
          region.read(0, MemorySegment.ofArray(target));
          System.out.println(target[0] == region.segment().get(ValueLayout.JAVA_BYTE, 0));
        }
      }
    }
  }

  @Test
  void aRegionIsReadAndNotTheCopyOfItsFile() {
    ChildJvm child = ChildJvm.of(CopiedUp.class).under(Overlay.mountedAt(folder, PAGE));
    child = child.under("strace", "-f", "-qq", "--seccomp-bpf", "-o", "/dev/null");
    child = child.under("-e", "trace=" + COPIES, "-e", "inject=" + COPIES + ":error=EPERM");

    assertEquals(List.of("1", "true", "true"), child.run(folder.toString()).lines());
  }
}
