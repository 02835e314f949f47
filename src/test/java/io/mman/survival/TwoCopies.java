package io.mman.survival;

import static io.mman.testing.Checks.assertTrue;

import io.mman.testing.LibC;
import java.io.File;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.function.Consumer;

/** Two copies of the library, each in a class loader of its own, take turns. */
final class TwoCopies {
  private static final int SIGBUS = 7;
  private static final int TURNS = 1000;

  private TwoCopies() {}

  /** What each copy does: it maps a file, truncates it, and survives. */
  public static final class Copy implements Consumer<String> {
    @Override
    public void accept(String folder) {
      TruncatedFile file = TruncatedFile.of(Path.of(folder), 2);
      try (var region = file.request().mapShared()) {
        file.truncateToPages(1);
        TruncatedFile.assertZero(region, TruncatedFile.PAGE, 2 * TruncatedFile.PAGE);
        TruncatedFile.assertLost(region, 1, TruncatedFile.PAGE);
        file.path().toFile().delete();
      }
    }
  }

  public static void main(String... arguments) throws Exception {
    Consumer<String> first = copy();
    Consumer<String> second = copy();
    assertTrue(first.getClass() != second.getClass(), "one copy");
    int changes = 0;
    long last = LibC.handlerOf(SIGBUS);
    for (int i = 0; i < TURNS; i++) {
      (i % 2 == 0 ? first : second).accept(arguments[0]);
      long now = LibC.handlerOf(SIGBUS);
      changes += now == last ? 0 : 1;
      last = now;
    }
    System.out.println("survived, " + changes + " handlers");
  }

  @SuppressWarnings("unchecked")
  private static Consumer<String> copy() throws Exception {
    String[] path = System.getProperty("java.class.path").split(File.pathSeparator);
    URL[] urls = new URL[path.length];
    for (int i = 0; i < path.length; i++) {
      urls[i] = Path.of(path[i]).toUri().toURL();
    }
    ClassLoader loader = new URLClassLoader(urls, ClassLoader.getPlatformClassLoader());
    Class<?> copy = loader.loadClass(Copy.class.getName());
    return (Consumer<String>) copy.getConstructor().newInstance();
  }
}
