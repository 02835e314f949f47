package io.mman.search;

import java.util.List;

/** A way to do a sequence of steps. An exception is what the search looks for. */
interface Game {
  /** Returns whether pages have to stay mapped until the JVM ends, such as sealed ones. */
  boolean play(long seed, List<Step> steps) throws Exception;
}
