package io.mman.examples;

import static io.mman.examples.PageCacheRuns.program;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.testing.BelowTarget;
import io.mman.testing.ChildJvm;
import io.mman.testing.Command;
import io.mman.testing.Requirements;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where the page cache tool reaches a limit of its process, the user or the output. */
class PageCacheLimitsTest {
  @TempDir(factory = BelowTarget.class)
  Path folder;

  @Test
  void limitOfLockedMemoryNamesTheFileAndEndsTheTool() throws IOException {
    Requirements.requireRoot();
    Files.write(folder.resolve("a"), new byte[1]);
    Path large = Files.write(folder.resolve("b"), new byte[1 << 20]);
    Files.write(folder.resolve("c"), new byte[1]);
    Command.Outcome outcome =
        program()
            .under("setpriv", "--bounding-set=-ipc_lock", "prlimit", "--memlock=262144:262144")
            .run("--lock", folder.toString());

    assertEquals(1, outcome.exitCode());
    assertTrue(outcome.err().startsWith("pages: " + large + ": mlock("), outcome::err);
    assertTrue(outcome.err().contains("RLIMIT_MEMLOCK allows 262144 bytes"), outcome::err);
    assertTrue(
        outcome.err().endsWith("\npages: stopped at this file, after 1 of 3 files\n"),
        outcome::err);
  }

  @Test
  void limitOfOpenFilesNamesTheFolder() throws IOException {
    Files.createDirectories(folder.resolve("d/".repeat(300))); // each takes a descriptor
    for (int limit : new int[] {200, 201}) { // opening a folder takes two for a moment
      Command.Outcome outcome =
          program().under("prlimit", "--nofile=" + limit + ":" + limit).run(folder.toString());

      assertEquals(1, outcome.exitCode());
      assertTrue(
          outcome.err().matches("pages: " + folder + "(/d)+: Too many open files\n"), outcome::err);
    }
  }

  @Test
  void folderWithoutPermissionIsReportedAndTheOthersAreDone() throws IOException {
    Requirements.requireRoot();
    Path closed = Files.createDirectory(folder.resolve("closed"));
    Files.writeString(folder.resolve("open"), "x");
    Files.setAttribute(closed, "unix:uid", 65534);
    Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("rwx------"));
    String capabilities = "--bounding-set=-dac_override,-dac_read_search";
    Command.Outcome outcome = program().under("setpriv", capabilities).run(folder.toString());

    assertEquals(1, outcome.exitCode());
    assertEquals("pages: " + closed + ": permission denied\n", outcome.err());
    assertTrue(outcome.out().startsWith("1 file in 1 folder, 1 byte: "), outcome::out);
  }

  @Test
  void readerThatHasSeenEnoughEndsTheToolSilently() throws IOException {
    for (int i = 0; i < 1000; i++) { // more than a pipe takes
      Files.createFile(folder.resolve("%0200d".formatted(i)));
    }
    String pipe = "{ \"$@\"; echo \"exit code $?\" >&2; } | head -n 1";
    Command.Outcome outcome = program().under("sh", "-c", pipe, "sh").run("-v", folder.toString());

    assertEquals(1, outcome.lines().size());
    assertEquals("exit code 141\n", outcome.err());
  }

  @Test
  void outputThatCannotBeWrittenIsReported() {
    String full = "exec \"$@\" > /dev/full";
    ChildJvm program = program().under("sh", "-c", full, "sh");

    for (String option : new String[] {"-v", "-j"}) {
      Command.Outcome outcome = program.run(option, folder.toString());
      assertEquals(1, outcome.exitCode());
      assertEquals("pages: the output cannot be written: No space left on device\n", outcome.err());
    }
  }
}
