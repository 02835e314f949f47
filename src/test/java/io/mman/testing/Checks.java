package io.mman.testing;

import java.util.Arrays;
import java.util.Objects;

/** The assertions of JUnit that a child JVM needs, in which there is no JUnit. */
public final class Checks {
  private Checks() {}

  public static void assertTrue(boolean condition, String message) {
    if (!condition) {
      throw new AssertionError(message);
    }
  }

  public static void assertEquals(Object expected, Object actual) {
    assertTrue(Objects.equals(expected, actual), "expected " + expected + " but was " + actual);
  }

  public static void assertEquals(long expected, long actual) {
    assertTrue(expected == actual, "expected " + expected + " but was " + actual);
  }

  public static void assertArrayEquals(byte[] expected, byte[] actual) {
    int index = Arrays.mismatch(expected, actual);
    assertTrue(index < 0, "the arrays differ from index " + index + " on");
  }

  /** Returns the exception, which may be of a subclass. */
  public static <T extends Throwable> T assertThrows(Class<T> type, Runnable action) {
    try {
      action.run();
    } catch (Throwable thrown) {
      if (type.isInstance(thrown)) {
        return type.cast(thrown);
      }
      throw thrown;
    }
    throw new AssertionError("no " + type.getName());
  }
}
