package io.mman.testing;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What tests need of the machine: programs, and root. If something is missing, the test is skipped
 * with a message. In continuous integration, where the environment has {@code CI=true}, it fails
 * instead, so that a build never passes with a part of its tests skipped.
 *
 * <p>Features of the kernel are no requirements: a test without them is skipped everywhere.
 */
public final class Requirements {
  private static final String CI = System.getenv("CI");

  private Requirements() {}

  /** Requires programs on the PATH. */
  public static void requirePrograms(String... programs) {
    for (String program : programs) {
      require(Command.exists(program), "the program " + program);
    }
  }

  /** Requires an {@code strace} that may trace the processes that it starts. */
  public static void requireTracing() {
    requirePrograms("strace");
    requireSuccess("the right to trace a child", "strace", "-o", "/dev/null", "true");
  }

  /** Requires an {@code strace} that may trace this process, and so its children, too. */
  public static void requireAttaching() throws Exception {
    requireTracing();
    require(Injection.isPossible(), "the right to trace this process");
  }

  /** Requires the user to be root. */
  public static void requireRoot() {
    try {
      require((int) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0, "root");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Requires that a file, such as a setting of the kernel, can be written. */
  public static void requireWritable(Path path) {
    require(Files.isWritable(path), "the right to write " + path);
  }

  /**
   * Requires that a command succeeds, for example one that mounts a file system.
   *
   * @param need what is missing if the command fails
   */
  public static void requireSuccess(String need, String... command) {
    requirePrograms(command[0]);
    Command.Outcome outcome = Command.run(List.of(command));
    require(outcome.exitCode() == 0, need + " " + outcome);
  }

  private static void require(boolean met, String need) {
    require(met, need, CI);
  }

  static void require(boolean met, String need, String ci) {
    if (!met && "true".equals(ci)) {
      fail("with CI=true the tests need " + need);
    } else if (!met) {
      abort("needs " + need);
    }
  }
}
