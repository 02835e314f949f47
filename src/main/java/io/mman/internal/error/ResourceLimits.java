package io.mman.internal.error;

import io.mman.internal.libc.ProcessCalls;
import io.mman.internal.proc.Proc;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Which limit made a call fail, how high it is and how much of it is used. */
public final class ResourceLimits {
  public static final String LOCKING_FORBIDDEN =
      "RLIMIT_MEMLOCK is 0: raise it (ulimit -l), or grant CAP_IPC_LOCK";

  /**
   * The areas that other threads, and the JVM itself, may come to need while the figures are read.
   */
  private static final long NEARLY = 16;

  /** Whoever has it may lock any amount of memory. */
  private static final int CAP_IPC_LOCK = 14;

  private ResourceLimits() {}

  /** Loads what explanations of failures to map take. */
  public static void prepare() {
    Proc.maxMapCount();
  }

  /** Loads what {@link #descriptors} takes. */
  public static void prepareForFiles() {
    ProcessCalls.loadDescriptorLimit();
  }

  /**
   * Explains {@code ENOMEM} of a call that changes what is mapped: by the limit that was reached,
   * else by what else may be the cause, else by all limits.
   *
   * @param more bytes of address space that the process wanted
   * @param data bytes of private writable memory that it wanted
   * @param charged bytes that memory and swap would have had to hold
   */
  public static String reached(long more, long data, long charged, @Nullable String otherwise) {
    String reason = areas();
    if (reason == null && more > 0) {
      reason = addressSpace(more);
    }
    if (reason == null && data > 0) {
      reason = data(data);
    }
    if (reason == null && charged > 0) {
      reason = overcommit(charged);
    }
    if (reason == null) {
      reason = otherwise;
    }
    return reason != null ? reason : inForce();
  }

  private static @Nullable String addressSpace(long more) {
    return exceeded(
        Proc.limit("Max address space"),
        Proc.statusBytes("VmSize"),
        more,
        "RLIMIT_AS",
        "address space",
        "ulimit -v");
  }

  private static @Nullable String data(long more) {
    return exceeded(
        Proc.limit("Max data size"),
        Proc.statusBytes("VmData"),
        more,
        "RLIMIT_DATA",
        "private writable memory",
        "ulimit -d");
  }

  private static @Nullable String exceeded(
      OptionalLong limit, OptionalLong used, long more, String name, String what, String command) {
    if (limit.isEmpty() || used.isEmpty() || used.getAsLong() <= limit.getAsLong() - more) {
      return null;
    }
    return name
        + " allows "
        + limit.getAsLong()
        + " bytes of "
        + what
        + ", "
        + used.getAsLong()
        + " are used: raise it ("
        + command
        + ")";
  }

  private static @Nullable String overcommit(long more) {
    long mode = Proc.overcommitMode().orElse(1);
    long memory = Proc.memoryBytes("MemTotal").orElse(0) + Proc.memoryBytes("SwapTotal").orElse(0);
    if (mode == 0 && more > memory) {
      return "vm.overcommit_memory=0 refuses what memory and swap, "
          + memory
          + " bytes, could never hold: map less, or with NORESERVE";
    }
    long limit = Proc.memoryBytes("CommitLimit").orElse(Long.MAX_VALUE);
    long used = Proc.memoryBytes("Committed_AS").orElse(0);
    if (mode == 2 && used > limit - more) {
      return "vm.overcommit_memory=2 promises no more than "
          + limit
          + " bytes (CommitLimit), "
          + used
          + " are promised (Committed_AS): map less, or raise vm.overcommit_ratio";
    }
    return null;
  }

  /** Explains that explicit huge pages were not to be had; of the default size if it is 0. */
  public static String outOfHugePages(long pageBytes) {
    String pool = Proc.hugePagePool(pageBytes);
    return "the pool of huge pages has "
        + count(Proc.number(pool + "nr_hugepages"))
        + " pages, "
        + count(Proc.number(pool + "free_hugepages"))
        + " of them free: fill it, such as with echo 64 > "
        + pool
        + "nr_hugepages";
  }

  private static String count(OptionalLong number) {
    return number.isPresent() ? Long.toString(number.getAsLong()) : "an unknown number of";
  }

  /** Explains a failure to lock memory, or says nothing where the limit is not the cause. */
  public static @Nullable String locked(long more) {
    return lockable(Proc.statusBytes("VmLck"), more);
  }

  /** Explains a failure to lock all memory: all that is mapped counts then. */
  public static @Nullable String lockedAll() {
    return lockable(Proc.statusBytes("VmSize"), 0);
  }

  private static @Nullable String lockable(OptionalLong used, long more) {
    return Proc.hasCapability(CAP_IPC_LOCK)
        ? null
        : exceeded(
            Proc.limit("Max locked memory"),
            used,
            more,
            "RLIMIT_MEMLOCK",
            "locked memory",
            "ulimit -l, or grant CAP_IPC_LOCK");
  }

  /** Tells whether this process may not lock anything at all. */
  public static boolean isLockingForbidden() {
    return Proc.limit("Max locked memory").orElse(1) == 0 && !Proc.hasCapability(CAP_IPC_LOCK);
  }

  /** Explains that no descriptor was left, hence without opening a file. */
  public static String descriptors() {
    long limit = ProcessCalls.descriptorLimit();
    return "RLIMIT_NOFILE allows "
        + (limit < 0 ? "no more" : limit)
        + " descriptors and all are used: raise it (ulimit -n)";
  }

  /** Explains a failure by the number of areas, or says nothing where there is room for more. */
  public static @Nullable String areas() {
    OptionalLong limit = Proc.maxMapCount();
    OptionalLong now = Proc.mapCount();
    if (limit.isEmpty() || now.isEmpty()) {
      return null;
    }
    long used = now.getAsLong() + MapCountReserve.released();
    if (used + NEARLY < limit.getAsLong()) {
      return null;
    }
    return "vm.max_map_count allows "
        + limit.getAsLong()
        + " areas of memory, "
        + used
        + " are used: raise it (sysctl -w vm.max_map_count="
        + 4 * limit.getAsLong()
        + "), or map fewer and larger ranges";
  }

  private static String inForce() {
    return "limits in force: "
        + inForce("vm.max_map_count", Proc.maxMapCount(), Proc.mapCount())
        + ", "
        + inForce("RLIMIT_AS", Proc.limit("Max address space"), Proc.statusBytes("VmSize"))
        + ", "
        + inForce("RLIMIT_DATA", Proc.limit("Max data size"), Proc.statusBytes("VmData"))
        + ", "
        + inForce("RLIMIT_MEMLOCK", Proc.limit("Max locked memory"), Proc.statusBytes("VmLck"));
  }

  private static String inForce(String name, OptionalLong limit, OptionalLong used) {
    return name
        + " "
        + (limit.isPresent() ? limit.getAsLong() : "unlimited")
        + (used.isPresent() ? " (" + used.getAsLong() + " used)" : "");
  }
}
