package io.mman.internal.region;

/**
 * Makes sure that some stack is left before a change of data that signal handlers read. A {@code
 * StackOverflowError} then comes before the change, not in the middle of it.
 */
final class StackReserve {
  /** They take some 20 KiB if they are compiled, and more if they are interpreted. */
  private static final int FRAMES = 512;

  private StackReserve() {}

  static void require() {
    descend(FRAMES, 1);
  }

  /** Uses the result of the inner call, so that no frame can be left out. */
  private static long descend(int frames, long seed) {
    return frames == 0 ? seed : descend(frames - 1, seed * 31 + frames) ^ seed;
  }
}
