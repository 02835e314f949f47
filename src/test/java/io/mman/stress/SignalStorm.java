package io.mman.stress;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordingFile;

/**
 * A storm of truncations during which other signals interrupt the threads: those of a profiler by
 * SIGPROF, and those with which Flight Recorder stops the threads that it samples.
 */
final class SignalStorm {
  private static final int ITIMER_PROF = 2;
  private static final long MICROS = 1000;
  private static final Duration SAMPLED_EACH = Duration.ofMillis(5);

  private SignalStorm() {}

  /** Takes a folder and how often the file is truncated. */
  public static void main(String... arguments) throws Throwable {
    AtomicLong signals = new AtomicLong();
    handle("PROF", signals);
    Path file = Path.of(arguments[0], "samples.jfr");
    try (Recording recording = new Recording()) {
      recording.enable("jdk.ExecutionSample").withPeriod(SAMPLED_EACH);
      recording.start();
      raiseEach(MICROS);
      TruncationStorm.main(arguments[0], TruncationStorm.Truncater.SELF.name(), arguments[1]);
      raiseEach(0);
      recording.stop();
      recording.dump(file);
    }
    long samples =
        RecordingFile.readAllEvents(file).stream()
            .filter(event -> event.getEventType().getName().equals("jdk.ExecutionSample"))
            .count();
    if (samples == 0 || signals.get() == 0) {
      throw new AssertionError(samples + " samples, " + signals + " signals");
    }
  }

  /** Counts a signal. Reflection avoids the warnings that javac gives about these classes. */
  private static void handle(String name, AtomicLong count) throws ReflectiveOperationException {
    Class<?> signal = Class.forName("sun.misc.Signal");
    Class<?> handler = Class.forName("sun.misc.SignalHandler");
    Object counter =
        Proxy.newProxyInstance(
            SignalStorm.class.getClassLoader(),
            new Class<?>[] {handler},
            (proxy, method, arguments) -> {
              count.incrementAndGet();
              return null;
            });
    signal
        .getMethod("handle", signal, handler)
        .invoke(null, signal.getConstructor(String.class).newInstance(name), counter);
  }

  /** Makes the kernel send SIGPROF each time that many microseconds of processor time pass. */
  private static void raiseEach(long micros) throws Throwable {
    Linker linker = Linker.nativeLinker();
    MethodHandle setitimer =
        linker.downcallHandle(
            linker.defaultLookup().find("setitimer").orElseThrow(),
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, ADDRESS));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment timer = arena.allocateFrom(JAVA_LONG, 0, micros, 0, micros);
      if ((int) setitimer.invokeExact(ITIMER_PROF, timer, MemorySegment.NULL) != 0) {
        throw new AssertionError("no timer");
      }
    }
  }
}
