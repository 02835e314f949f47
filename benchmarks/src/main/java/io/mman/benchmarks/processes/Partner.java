package io.mman.benchmarks.processes;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;

/**
 * The other JVM. It answers a message of the kind PING with the same message, counts those of the
 * kind DATA, and answers IDLE with the processor time that it has used so far.
 */
final class Partner {
  static final long DATA = 0;
  static final long PING = 1;
  static final long IDLE = 2;
  static final long END = 3;

  private Partner() {}

  /** Takes the name of the transport and the folder. */
  public static void main(String... arguments) throws Exception {
    Transport transport = Transport.valueOf(arguments[0]);
    Path folder = Path.of(arguments[1]);
    try (Link in = transport.open(folder, Messaging.THERE, false);
        Link out = transport.open(folder, Messaging.BACK, true);
        Arena arena = Arena.ofConfined()) {
      MemorySegment message = arena.allocate(Link.MESSAGE, JAVA_LONG.byteSize());
      long kind;
      do {
        in.receive(message);
        kind = message.get(JAVA_LONG, 0);
        if (kind != DATA) {
          message.set(JAVA_LONG, JAVA_LONG.byteSize(), processorTime());
          out.send(message);
        }
      } while (kind != END);
    }
  }

  /** Returns the processor time of this JVM in nanoseconds. */
  private static long processorTime() {
    var system =
        (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    return system.getProcessCpuTime();
  }
}
