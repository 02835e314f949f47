package io.mman;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.testing.ChildJvm;
import io.mman.testing.LibraryJar;
import io.mman.testing.Requirements;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a user may not do with another user's file; root may do everything. */
class NativeFileUserTest {
  private static final String NOBODY = "65534";
  private static final String[] AS_NOBODY = {
    "setpriv", "--reuid", NOBODY, "--regid", NOBODY, "--clear-groups"
  };

  @TempDir Path folder;

  /** Runs as another user and prints how each attempt ends. */
  static class Stranger {
    public static void main(String... arguments) {
      Path folder = Path.of(arguments[0]);
      Path secret = folder.resolve("secret");
      Path readable = folder.resolve("readable");
      print("read secret", () -> NativeFile.open(secret, READ).close());
      print("read readable", () -> NativeFile.open(readable, READ).close());
      print("write readable", () -> NativeFile.open(readable, WRITE).close());
      print("create", () -> NativeFile.open(folder.resolve("new"), WRITE, CREATE).close());
      Mapping mapping = Mapping.file(folder.resolve("new")).create(1);
      print("map new", () -> mapping.mapConfined().close());
      Mapping elsewhere = Mapping.file(folder.resolve("everyone's/new")).create(1);
      print("map new of everyone's", () -> elsewhere.mapConfined().close());
      String name = arguments[1];
      print("shared", () -> NativeFile.sharedMemory(name).close());
      try (NativeFile file = NativeFile.open(readable)) {
        print("cachestat", () -> file.cacheStat(0, 0));
      }
    }

    private static void print(String what, Runnable action) {
      try {
        action.run();
        System.out.println(what + ": done");
      } catch (MmanException e) {
        String cause = e.getCause().getClass().getSimpleName();
        System.out.println(what + ": " + e.call() + " " + e.error() + " " + cause);
      }
    }
  }

  @BeforeEach
  void letOthersIn() throws IOException {
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.createFile(folder.resolve("secret"));
    Files.setPosixFilePermissions(
        folder.resolve("secret"), PosixFilePermissions.fromString("rw-------"));
    Files.createFile(folder.resolve("readable"));
    Files.setPosixFilePermissions(
        folder.resolve("readable"), PosixFilePermissions.fromString("rw-r--r--"));
    Path everyones = Files.createDirectory(folder.resolve("everyone's"));
    Files.setPosixFilePermissions(everyones, PosixFilePermissions.fromString("rwxrwxrwx"));
  }

  @Test
  void saysThatAccessIsDenied() throws IOException {
    requireOtherUser();
    String name = "/mman-user-" + ProcessHandle.current().pid();
    try (NativeFile shared = NativeFile.sharedMemory(name, WRITE, CREATE)) {
      String denied = "EACCES " + AccessDeniedException.class.getSimpleName();
      // The other user may be unable to read the folder of the project.
      ChildJvm child = ChildJvm.of(Stranger.class).onClassPath(LibraryJar.in(folder).toString());
      List<String> lines = child.under(AS_NOBODY).run(folder.toString(), name).lines();
      assertEquals(0, shared.size());
      assertEquals(
          List.of(
              "read secret: open " + denied,
              "read readable: done",
              "write readable: open " + denied,
              "create: open " + denied,
              "map new: open " + denied,
              "map new of everyone's: done",
              "shared: shm_open " + denied),
          lines.subList(0, 7));
      // Kernels since 6.5 have the call, and later ones show the figures to those who may write.
      assertTrue(
          lines.get(7).matches("cachestat: (done|cachestat (ENOSYS|EPERM) FileSystemException)"),
          lines.get(7));
    } finally {
      NativeFile.unlinkSharedMemory(name);
    }
  }

  private static void requireOtherUser() {
    Requirements.requireRoot();
    List<String> words = new ArrayList<>(List.of(AS_NOBODY));
    words.addAll(List.of(System.getProperty("java.home") + "/bin/java", "-version"));
    Requirements.requireSuccess("a JDK for all users", words.toArray(String[]::new));
  }
}
