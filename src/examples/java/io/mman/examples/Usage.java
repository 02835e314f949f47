package io.mman.examples;

/** The arguments of an example. */
final class Usage {
  private Usage() {}

  /** If there are fewer arguments than needed, prints which ones there are and ends the JVM. */
  static void require(int count, String[] arguments, String usage) {
    if (arguments.length < count) {
      System.err.println("Usage: -Dexample=\"" + usage + "\"");
      System.exit(2);
    }
  }
}
