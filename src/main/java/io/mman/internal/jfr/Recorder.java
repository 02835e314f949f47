package io.mman.internal.jfr;

import jdk.jfr.FlightRecorder;

/** Finds out whether Flight Recorder, whose module may be absent, has been started in this JVM. */
final class Recorder {
  private static final boolean IS_PRESENT = isPresent();

  private Recorder() {}

  /** Returns whether it runs, without initializing it. Until it runs this is one comparison. */
  static boolean isRunning() {
    return IS_PRESENT && FlightRecorder.isInitialized();
  }

  private static boolean isPresent() {
    Module module = ModuleLayer.boot().findModule("jdk.jfr").orElse(null);
    return module != null && Recorder.class.getModule().canRead(module);
  }
}
