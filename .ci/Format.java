import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;

/**
 * Runs google-java-format on every .java file below the given folders. The build starts it with the
 * JDK that compiles the sources:
 *
 * <pre>
 * mvn verify                        checks the files, and lists those that differ
 * mvn -q process-sources -Pformat   rewrites the files
 * </pre>
 *
 * <p>This is not a Maven plugin because plugins run in Maven's own JVM, and no formatter that runs
 * on Java 17 can read the syntax of Java 22. To start it by hand, use {@code java -cp
 * google-java-format-all-deps.jar -XX:VMOptionsFile=.ci/compiler.options .ci/Format.java
 * check|apply FOLDER...}
 */
final class Format {
  private Format() {}

  public static void main(String... args) throws IOException {
    boolean apply = args[0].equals("apply");
    List<String> command = new ArrayList<>(List.of("--replace"));
    if (!apply) {
      command = new ArrayList<>(List.of("--dry-run", "--set-exit-if-changed"));
    }
    for (String folder : List.of(args).subList(1, args.length)) {
      if (Files.isDirectory(Path.of(folder))) {
        command.addAll(sources(Path.of(folder)));
      }
    }
    // The formatter prints the names of wrongly formatted files to its output, and syntax errors to
    // its error output.
    StringWriter names = new StringWriter();
    ToolProvider formatter = ToolProvider.findFirst("google-java-format").orElseThrow();
    int exit =
        formatter.run(
            new PrintWriter(names),
            new PrintWriter(System.err, true),
            command.toArray(String[]::new));
    if (exit != 0 && !apply) {
      System.err.print("These files are not in google-java-format style:\n" + names);
      System.err.println("To reformat them, run: mvn -q process-sources -Pformat");
    }
    System.exit(exit);
  }

  private static List<String> sources(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.map(Path::toString).filter(name -> name.endsWith(".java")).sorted().toList();
    }
  }
}
