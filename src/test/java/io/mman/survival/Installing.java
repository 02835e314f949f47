package io.mman.survival;

import io.mman.Mapping;
import io.mman.Mman;
import io.mman.testing.LibC;
import java.nio.file.Path;
import java.util.StringJoiner;

/** Prints, step by step, whether the handler of SIGBUS has changed. */
final class Installing {
  private static final int SIGBUS = 7;
  private static long last = handler();

  private Installing() {}

  public static void main(String... arguments) {
    TruncatedFile file = TruncatedFile.of(Path.of(arguments[0]), 1);
    StringJoiner words = new StringJoiner(" ");
    words.add("" + Mman.survivesBusErrors());
    words.add("" + changed());
    Mapping.file(file.path()).mapShared();
    words.add("" + changed());
    file.request().mapShared();
    words.add("" + changed());
    file.request().mapShared();
    words.add("" + changed());
    System.out.println(words);
  }

  private static boolean changed() {
    long before = last;
    last = handler();
    return last != before;
  }

  private static long handler() {
    return LibC.handlerOf(SIGBUS);
  }
}
