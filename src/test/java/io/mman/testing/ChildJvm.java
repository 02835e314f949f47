package io.mman.testing;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Runs the {@code main} method of a class in another JVM, for tests that could crash a JVM or need
 * other options, limits or permissions. Native access is granted unless {@link
 * #withoutNativeAccess} is called. There is no JUnit in it. Each method returns a new description.
 */
public record ChildJvm(
    Class<?> main,
    List<String> wrapper,
    List<String> options,
    String classPath,
    boolean onModulePath,
    boolean nativeAccess) {
  private static final String CLASSES = System.getProperty("mman.classes", "target/classes");
  private static final String TEST_CLASSES =
      System.getProperty("mman.testClasses", "target/test-classes");

  /** A JVM on the class path of the library and its tests. */
  public static ChildJvm of(Class<?> main) {
    return new ChildJvm(
        main, List.of(), List.of(), CLASSES + File.pathSeparator + TEST_CLASSES, false, true);
  }

  /** With more JVM options. */
  public ChildJvm options(String... more) {
    return new ChildJvm(
        main, wrapper, concat(options, more), classPath, onModulePath, nativeAccess);
  }

  /** Started by another program, such as {@code strace} or {@code prlimit}, with its arguments. */
  public ChildJvm under(String... program) {
    return new ChildJvm(
        main, concat(wrapper, program), options, classPath, onModulePath, nativeAccess);
  }

  /** With another class path, such as a jar. */
  public ChildJvm onClassPath(String path) {
    return new ChildJvm(main, wrapper, options, path, false, nativeAccess);
  }

  /** With classes that come before others of the same name. */
  public ChildJvm withClassesBefore(Path folder) {
    return onClassPath(folder + File.pathSeparator + classPath);
  }

  /** With the library as module {@code io.mman}, into which the test classes are patched. */
  public ChildJvm asModule() {
    return new ChildJvm(main, wrapper, options, classPath, true, nativeAccess);
  }

  /** Without {@code --enable-native-access}. */
  public ChildJvm withoutNativeAccess() {
    return new ChildJvm(main, wrapper, options, classPath, onModulePath, false);
  }

  /** Runs it to its end, for at most two minutes. */
  public Command.Outcome run(String... arguments) {
    return Command.run(words(arguments));
  }

  /** Runs it to its end, for at most so many seconds. */
  public Command.Outcome runFor(long seconds, String... arguments) {
    return Command.run(words(arguments), seconds);
  }

  /** Starts it; the caller has its standard output, and ends it. */
  public Process start(String... arguments) {
    try {
      return new ProcessBuilder(words(arguments))
          .redirectError(ProcessBuilder.Redirect.INHERIT)
          .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private List<String> words(String... arguments) {
    wrapper.stream().limit(1).forEach(Requirements::requirePrograms);
    List<String> words = new ArrayList<>(wrapper);
    words.add(System.getProperty("java.home") + "/bin/java");
    // Some are expected to crash: no core dump, and no report in the project's folder.
    words.add("-XX:-CreateCoredumpOnCrash");
    words.add("-XX:ErrorFile=/dev/null");
    words.addAll(options);
    if (nativeAccess) {
      words.add("--enable-native-access=" + (onModulePath ? "io.mman" : "ALL-UNNAMED"));
    }
    words.addAll(onModulePath ? moduleArguments() : classPathArguments());
    words.addAll(List.of(arguments));
    return words;
  }

  private List<String> classPathArguments() {
    return List.of("-cp", classPath, main.getName());
  }

  private List<String> moduleArguments() {
    return List.of(
        "-p",
        CLASSES,
        "--patch-module",
        "io.mman=" + TEST_CLASSES,
        "-m",
        "io.mman/" + main.getName());
  }

  private static List<String> concat(List<String> first, String... more) {
    return Stream.concat(first.stream(), Stream.of(more)).toList();
  }
}
