package example.h2;

import java.util.Random;

/** Creates the random numbers of a test. */
final class Seed {
  private Seed() {}

  /** Returns numbers from the seed in the property {@code tests.seed}, in hexadecimal digits. */
  static Random random() {
    String seed = System.getProperty("tests.seed");
    System.out.println("tests.seed=" + seed);
    return new Random(Long.parseUnsignedLong(seed, 16));
  }
}
