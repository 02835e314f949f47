package example.h2;

import java.util.Random;

/** The random numbers of a test. */
final class Seed {
  private Seed() {}

  /** Begins with the property {@code tests.seed}, or with a new seed if it is empty. */
  static Random random() {
    String seed = System.getProperty("tests.seed", "");
    if (seed.isEmpty()) {
      seed = Long.toHexString(new Random().nextLong());
    }
    System.out.println("tests.seed=" + seed);
    return new Random(Long.parseUnsignedLong(seed, 16));
  }
}
