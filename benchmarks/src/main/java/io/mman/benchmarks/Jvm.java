package io.mman.benchmarks;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Builds commands that start another JVM like this one. */
public final class Jvm {
  /**
   * Options for a heap whose pages have already been accessed. Otherwise the page faults of a new
   * heap would be attributed to the code that allocates an object.
   */
  static final List<String> WARM_HEAP = List.of("-Xms256m", "-Xmn64m", "-XX:+AlwaysPreTouch");

  /** The options that the documentation of Agrona and Chronicle Bytes requires. */
  public static final List<String> FOR_PEERS =
      List.of(
          "--sun-misc-unsafe-memory-access=allow",
          "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED",
          "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED",
          "--add-exports=jdk.unsupported/sun.misc=ALL-UNNAMED",
          "--add-opens=java.base/java.lang=ALL-UNNAMED",
          "--add-opens=java.base/java.lang.reflect=ALL-UNNAMED",
          "--add-opens=java.base/java.io=ALL-UNNAMED",
          "--add-opens=java.base/java.nio=ALL-UNNAMED",
          "--add-opens=java.base/java.util=ALL-UNNAMED",
          "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
          "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED",
          "-Dchronicle.analytics.disable=true",
          "-Dchronicle.announcer.disable=true");

  private Jvm() {}

  /** Returns a command that starts a JVM with this one's class path. */
  public static List<String> command(List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.addAll(arguments);
    return command;
  }
}
