package io.mman.faults;

import io.mman.Mman;
import java.nio.file.Path;

/**
 * Something that a program does, one system call of which is made to fail.
 *
 * @param name for messages, and of the folder that it gets
 * @param preparation what comes before, while nothing fails
 */
record FaultScenario(String name, Preparation preparation) {
  /** Address space that each scenario takes: much more than the JVM takes for itself meanwhile. */
  static final long BYTES = 8 << 20;

  static final long PAGE = Mman.pageSize();

  /** Makes ready what the scenario needs. */
  interface Preparation {
    Attempt prepare(Path folder) throws Exception;
  }

  /** What is then done, and looked at afterwards. */
  interface Attempt {
    /** Makes the calls, of which one fails. */
    void run() throws Exception;

    /**
     * Checks that what was there can be used or is cleanly closed, and gives all of it back.
     *
     * @param failure what {@link #run} threw, or null
     */
    void check(Throwable failure) throws Exception;
  }

  /** Tells whether all has been undone after a failure; what could not be is suppressed in it. */
  static boolean isUndone(Throwable failure) {
    return failure != null && failure.getSuppressed().length == 0;
  }

  /** Stops the program where a promise is broken. */
  static void require(boolean kept, String promise) {
    if (!kept) {
      throw new AssertionError(promise);
    }
  }
}
