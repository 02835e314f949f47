package io.mman.examples;

import io.mman.Mman;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import me.tongfei.progressbar.ProgressBar;
import org.jline.utils.WCWidth;
import picocli.CommandLine;

/**
 * Writes a script that starts {@link PageCacheTool} with the JDK and the class path of this
 * process, so that Maven is needed only once. {@code src/examples/pages} runs this program.
 */
public final class PageCacheLauncher {
  private PageCacheLauncher() {}

  public static void main(String... arguments) throws IOException, URISyntaxException {
    Path script = Path.of(arguments[0]);
    Files.writeString(script, script());
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private static String script() throws URISyntaxException {
    List<Class<?>> needed =
        List.of(
            Mman.class, PageCacheTool.class, CommandLine.class, ProgressBar.class, WCWidth.class);
    List<String> classPath = new ArrayList<>();
    for (Class<?> type : needed) {
      classPath.add(
          Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString());
    }
    String java = Path.of(System.getProperty("java.home"), "bin/java").toString();
    // In the locale C, Java could not decode all file names. The JVM options shorten the start.
    return "#!/bin/sh\n"
        + "LC_ALL=C.UTF-8 exec "
        + quote(java)
        + " -XX:+UseSerialGC -XX:TieredStopAtLevel=1 --enable-native-access=ALL-UNNAMED -cp "
        + quote(String.join(File.pathSeparator, classPath))
        + " "
        + PageCacheTool.class.getName()
        + " \"$@\"\n";
  }

  private static String quote(String word) {
    return "'" + word.replace("'", "'\\''") + "'";
  }
}
