package io.mman;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.mman.testing.ChildJvm;
import io.mman.testing.Command;
import io.mman.testing.Requirements;
import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Full disks, limits of the process, file systems that cannot be written. */
class NativeFileLimitsTest {
  private static final long MIB = 1 << 20;

  @TempDir Path folder;

  /** Prints how an attempt ends. */
  private static void print(Runnable action) {
    try {
      action.run();
      System.out.println("done");
    } catch (MmanException e) {
      System.out.println(e.getMessage());
    }
  }

  /** Opens files until there is no descriptor left, and closes one of them. */
  static class Opener {
    public static void main(String... arguments) {
      Path path = Path.of("/dev/zero");
      print(() -> {}); // loads this class from a folder, which needs a descriptor
      List<NativeFile> files = new ArrayList<>();
      try {
        while (true) {
          files.add(NativeFile.open(path));
        }
      } catch (MmanException e) {
        System.out.println(e.getMessage());
      }
      print(() -> NativeFile.memory("label", 0));
      files.removeLast().close();
      print(() -> NativeFile.open(path).close());
      print(() -> NativeFile.memory("label", 0).close());
    }
  }

  /** The library is in a jar here: each class from a folder needs a descriptor to be loaded. */
  @Test
  void worksAgainOnceADescriptorIsFree() {
    String classes = System.getProperty("mman.classes");
    String jar = folder.resolve("mman.jar").toString();
    ToolProvider tool = ToolProvider.findFirst("jar").orElseThrow();
    assertEquals(0, tool.run(System.out, System.err, "-cf", jar, "-C", classes, "io"));

    List<String> lines =
        ChildJvm.of(Opener.class)
            .onClassPath(jar + File.pathSeparator + System.getProperty("mman.testClasses"))
            .under("prlimit", "--nofile=100:100")
            .run()
            .lines();
    String reason =
        "EMFILE (Too many open files): RLIMIT_NOFILE allows 100 descriptors, and all are in"
            + " use: raise the limit (ulimit -n)";
    assertEquals(
        List.of(
            "done",
            "open(\"/dev/zero\", O_RDONLY|O_NOCTTY|O_CLOEXEC): " + reason,
            "memfd_create(\"label\", 0): " + reason,
            "done",
            "done"),
        lines);
  }

  /** Makes files longer than RLIMIT_FSIZE allows: the signal for it must not kill the JVM. */
  static class Grower {
    public static void main(String... arguments) {
      try (NativeFile file = NativeFile.open(Path.of(arguments[0]), WRITE, CREATE)) {
        print(() -> file.resize(2 * MIB));
        print(() -> file.allocate(2 * MIB, 1));
        print(() -> file.resize(MIB));
        System.out.println(file.size());
      }
    }
  }

  @Test
  void aFileLongerThanTheLimitIsRefused() {
    String path = folder.resolve("file").toString();
    List<String> lines =
        ChildJvm.of(Grower.class).under("prlimit", "--fsize=" + MIB).run(path).lines();
    String reason =
        "EFBIG (File too large): the file would be larger than the file system or RLIMIT_FSIZE"
            + " allows";
    assertEquals(
        List.of(
            "ftruncate(\"" + path + "\", length=2097152): " + reason,
            "posix_fallocate(\"" + path + "\", offset=2097152, len=1): " + reason,
            "done",
            "1048576"),
        lines);
  }

  /** Fills a small file system, and tries to write to one that is read-only. */
  static class Filler {
    public static void main(String... arguments) {
      Path small = Path.of(arguments[0], "small");
      try (NativeFile file = NativeFile.open(small.resolve("1"), WRITE, CREATE)) {
        print(() -> file.allocate(0, 2 * MIB));
        System.out.println(file.size());
        print(() -> file.allocate(0, MIB / 2));
        print(() -> file.resize(4 * MIB));
      }
      print(() -> NativeFile.open(small.resolve("2"), WRITE, CREATE_NEW).close());
      print(() -> NativeFile.open(Path.of(arguments[0], "fixed", "1"), WRITE, CREATE).close());
    }
  }

  @Test
  void aFullDiskIsAnErrorAndNotAFault() {
    String mounts =
        "mkdir -p $0/small $0/fixed && mount -t tmpfs -o size=1m,nr_inodes=2 none $0/small"
            + " && mount -t tmpfs -o ro none $0/fixed";
    String[] mount = {"unshare", "-m", "sh", "-c", mounts, folder.toString()};
    Requirements.requireSuccess("the right to mount a tmpfs", mount);

    String both = mounts + " && exec \"$@\"";
    List<String> lines =
        ChildJvm.of(Filler.class)
            .under("unshare", "-m", "sh", "-c", both, folder.toString())
            .run(folder.toString())
            .lines();
    String full = ": ENOSPC (No space left on device): ";
    Path file = folder.resolve("small/1");
    assertEquals(
        List.of(
            "posix_fallocate(\"" + file + "\", offset=0, len=2097152)" + full + "the disk is full",
            "0",
            "done",
            "done"),
        lines.subList(0, 4));
    assertTrue(lines.get(4).endsWith(", 0666)" + full + "there is no room for a new file"));
    assertTrue(lines.get(5).endsWith(", 0666): EROFS (Read-only file system)"), lines.get(5));
  }

  /** Creates files of memory. */
  static class Creator {
    public static void main(String... arguments) {
      print(() -> NativeFile.memory("label", 0, MemfdFlag.EXEC).close());
      print(() -> NativeFile.memory("label", 0, MemfdFlag.NOEXEC_SEAL).close());
    }
  }

  @Test
  void aSystemMayForbidExecutableMemory() {
    // The setting is one of the process namespace, so that the system's own stays as it is.
    String shell = "echo 2 > /proc/sys/vm/memfd_noexec && exec \"$@\"";
    String[] words = {"unshare", "--pid", "--fork", "--mount-proc", "sh", "-c", shell, "sh"};
    Requirements.requirePrograms("unshare");
    Requirements.requireRoot();
    List<String> trial = new ArrayList<>(List.of(words));
    trial.add("true");
    assumeTrue(Command.run(trial).exitCode() == 0, "the kernel is older than 6.3");

    List<String> lines = ChildJvm.of(Creator.class).under(words).run().lines();
    assertEquals(
        List.of(
            "memfd_create(\"label\", EXEC): EACCES (Permission denied): vm.memfd_noexec allows only"
                + " files that can never be executed: use NOEXEC_SEAL",
            "done"),
        lines);
  }
}
