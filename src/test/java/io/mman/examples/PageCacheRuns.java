package io.mman.examples;

import io.mman.testing.ChildJvm;
import io.mman.testing.Command;
import java.io.File;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import me.tongfei.progressbar.ProgressBar;
import org.jline.utils.WCWidth;
import picocli.CommandLine;

/** Runs {@link PageCacheTool} here, or in a JVM of its own. */
final class PageCacheRuns {
  private static final String CLASS_PATH =
      String.join(
          File.pathSeparator,
          System.getProperty("mman.classes"),
          System.getProperty("mman.testClasses"),
          jar(CommandLine.class),
          jar(ProgressBar.class),
          jar(WCWidth.class));

  private PageCacheRuns() {}

  private static String jar(Class<?> type) {
    return type.getProtectionDomain().getCodeSource().getLocation().getPath();
  }

  static Command.Outcome run(Object... arguments) {
    return run(Screen.NONE, arguments);
  }

  static Command.Outcome run(Screen screen, Object... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    List<String> words = new ArrayList<>();
    for (Object argument : arguments) {
      words.add(argument.toString());
    }
    int exitCode =
        PageCacheTool.commandLine(out, err, screen).execute(words.toArray(String[]::new));
    return new Command.Outcome(exitCode, out.toString(), err.toString());
  }

  static ChildJvm program() {
    return ChildJvm.of(PageCacheTool.class).onClassPath(CLASS_PATH);
  }
}
