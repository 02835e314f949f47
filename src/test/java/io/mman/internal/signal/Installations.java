package io.mman.internal.signal;

import static io.mman.internal.signal.Scenarios.requirePassed;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.mman.testing.Samples;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.Objects;

/** Other handlers of SIGBUS, before and after this one. Each runs in a JVM of its own. */
enum Installations {
  /** HotSpot's handler is the previous one. */
  ALONE {
    @Override
    void run(Path folder) {
      SignalAction before = SignalAction.current();
      Victim.require(BusHandler.isSupported(), "not supported");
      BusHandler.require();
      Victim.require(SignalAction.current().equals(before), "installed by a question");
      BusHandler.ensureInstalled();
      SignalAction installed = SignalAction.current();
      Victim.require(installed.handler() != before.handler(), "not installed");
      Victim.require(installed.mask() == before.mask(), "another mask");
      long restorer = 0x0400_0000L;
      Victim.require((installed.flags() | restorer) == (before.flags() | restorer), "other flags");
      BusHandler.ensureInstalled();
      Victim.require(SignalAction.current().equals(installed), "installed twice");
      requireSurvived(folder);
    }
  },

  /** A library has installed its handler before. It gets what is not in the table. */
  PREDECESSOR {
    @Override
    void run(Path folder) {
      RangeTable theirs = new RangeTable();
      installForeign(theirs);
      requireSurvived(folder);
      requireForeign(folder, theirs);
    }
  },

  /** A library installs its handler later, which passes on what it does not know. */
  SUCCESSOR {
    @Override
    void run(Path folder) {
      requireSurvived(folder);
      RangeTable theirs = new RangeTable();
      long foreign = installForeign(theirs);
      try (Victim victim = Victim.unregistered(Samples.file(folder, 4 * PAGE), 4 * PAGE)) {
        Victim.require(SignalAction.current().handler() != foreign, "not installed in front");
        requireSurvived(folder);
        requireForeign(folder, theirs);
        victim.truncate(0);
        requirePassed(() -> victim.get(0)); // through both of ours, theirs, and to HotSpot
      }
      long front = SignalAction.current().handler();
      BusHandler.ensureInstalled();
      Victim.require(SignalAction.current().handler() == front, "installed once too often");
    }
  },

  /** The library removes its handler again, which brings back an earlier installation. */
  REMOVED_SUCCESSOR {
    @Override
    void run(Path folder) {
      requireSurvived(folder);
      SignalAction ours = SignalAction.current();
      installForeign(new RangeTable());
      BusHandler.ensureInstalled();
      Victim.require(!SignalAction.current().equals(ours), "not installed in front");
      Victim.require(ours.install().handler() != ours.handler(), "not in front before");
      BusHandler.ensureInstalled();
      Victim.require(SignalAction.current().equals(ours), "installed needlessly");
      requireSurvived(folder);
    }
  },

  /** A handler of the default action: the process ends by the signal, as it does without ours. */
  DEFAULT {
    @Override
    void run(Path folder) {
      new SignalAction(0, 0, 0, 0).install();
      requireSurvived(folder);
      System.out.println("survived");
      System.out.flush();
      Victim victim = Victim.unregistered(Samples.file(folder, PAGE), PAGE);
      victim.truncate(0);
      victim.get(0);
    }
  },

  DENIED {
    @Override
    void run(Path folder) {
      SignalAction before = SignalAction.current();
      Victim.require(!BusHandler.isSupported(), "supported");
      try {
        BusHandler.ensureInstalled();
      } catch (UnsupportedOperationException e) {
        System.out.println(e.getMessage());
      }
      Victim.require(SignalAction.current().equals(before), "installed");
    }
  },

  /** Memory that was writable may not become executable. Asking again and again leaks nothing. */
  NOT_EXECUTABLE {
    @Override
    void run(Path folder) {
      Victim.require(denyExecution() == 0, "needs Linux 6.3");
      RangeTable table = BusHandler.table();
      long block = table.allocate(Long.BYTES);
      table.free(block, Long.BYTES);
      DENIED.run(folder);
      Victim.require(table.allocate(Long.BYTES) == block, "a question leaks memory");
    }

    private int denyExecution() {
      Linker linker = Linker.nativeLinker();
      FunctionDescriptor shape =
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
      MethodHandle prctl =
          linker.downcallHandle(
              linker.defaultLookup().find("prctl").orElseThrow(),
              shape,
              Linker.Option.firstVariadicArg(1));
      try {
        return (int) prctl.invokeExact(PR_SET_MDWE, 1L, 0L, 0L, 0L);
      } catch (Throwable e) {
        throw new AssertionError(e);
      }
    }
  };

  private static final int PR_SET_MDWE = 65;

  private static final long PAGE = Victim.PAGE;

  abstract void run(Path folder);

  /** Takes a folder and the name of an installation. */
  public static void main(String... arguments) {
    valueOf(arguments[1]).run(Path.of(arguments[0]));
    System.out.println("survived");
  }

  private static void requireSurvived(Path folder) {
    try (Victim victim = Victim.of(Samples.file(folder, 4 * PAGE), 4 * PAGE)) {
      victim.truncate(PAGE);
      victim.requireZero(2 * PAGE, 3 * PAGE);
      victim.requireLost(3);
    }
  }

  /** Installs what another library could: a handler of its own, in front of the current one. */
  private static long installForeign(RangeTable table) {
    CodePage code = CodePage.create(Objects.requireNonNull(HandlerCode.bytes()), table);
    SignalAction current = SignalAction.current();
    code.passTo(current.handler());
    current.inFront(code).install();
    return code.handler();
  }

  /** Requires that the other handler gets the signals that are meant for it. */
  private static void requireForeign(Path folder, RangeTable table) {
    try (Victim victim = Victim.unregistered(Samples.file(folder, 4 * PAGE), 4 * PAGE)) {
      SurvivingRange range =
          SurvivingRange.register(
              table,
              victim.segment.address(),
              4 * PAGE,
              4 * PAGE,
              new Origin(Long.numberOfTrailingZeros(PAGE), 3, victim.descriptor),
              0);
      victim.truncate(PAGE);
      victim.requireZero(2 * PAGE, 3 * PAGE);
      Victim.require(range.lostPages() == 3, "not theirs");
      range.unregister();
    }
  }
}
