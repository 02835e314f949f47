package example.h2;

import java.util.Random;

/** The random numbers of a test. */
final class Seed {
  private Seed() {}

  /** Begins with the seed that the property {@code tests.seed} gives in hexadecimal digits. */
  static Random random() {
    String seed = System.getProperty("tests.seed");
    System.out.println("tests.seed=" + seed);
    return new Random(Long.parseUnsignedLong(seed, 16));
  }
}
