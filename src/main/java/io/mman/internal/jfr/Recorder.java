package io.mman.internal.jfr;

import jdk.jfr.FlightRecorder;

/** Whether Flight Recorder has been started in this JVM. Its module need not be there. */
final class Recorder {
  private static final boolean IS_THERE = isThere();

  private Recorder() {}

  /** Asks without initializing anything: until someone records, this is one comparison. */
  static boolean isRunning() {
    return IS_THERE && FlightRecorder.isInitialized();
  }

  private static boolean isThere() {
    Module self = Recorder.class.getModule();
    return ModuleLayer.boot().findModule("jdk.jfr").filter(self::canRead).isPresent();
  }
}
