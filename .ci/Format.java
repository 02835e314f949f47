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
 * Runs google-java-format over every .java file below some folders. The build starts it, on the JDK
 * that compiles:
 *
 * <pre>
 * mvn verify                        checks, and names the files that differ
 * mvn -q process-sources -Pformat   rewrites them
 * </pre>
 *
 * <p>Why not a Maven plugin: those run in Maven's own JVM, and on Java 17 no formatter there reads
 * the syntax of Java 22. By hand: {@code java -cp google-java-format-all-deps.jar (the
 * --add-exports of the pom) .ci/Format.java check|apply FOLDER...}
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
    // the names of wrongly formatted files go to the output, syntax errors to the errors
    StringWriter names = new StringWriter();
    ToolProvider formatter = ToolProvider.findFirst("google-java-format").orElseThrow();
    int exit =
        formatter.run(
            new PrintWriter(names),
            new PrintWriter(System.err, true),
            command.toArray(String[]::new));
    if (exit != 0 && !apply) {
      System.err.print("Not in google-java-format style:\n" + names);
      System.err.println("To rewrite them: mvn -q process-sources -Pformat");
    }
    System.exit(exit);
  }

  private static List<String> sources(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.map(Path::toString).filter(name -> name.endsWith(".java")).sorted().toList();
    }
  }
}
