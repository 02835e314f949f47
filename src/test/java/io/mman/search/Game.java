package io.mman.search;

import java.util.List;

/** A way to do a sequence of steps. What it throws is what the search was for. */
interface Game {
  /** Returns whether pages have to stay mapped until the JVM ends, such as sealed ones. */
  boolean play(long seed, List<Step> steps) throws Exception;
}
