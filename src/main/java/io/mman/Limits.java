package io.mman;

import io.mman.proc.Proc;
import java.util.OptionalLong;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/** Which limit made a call fail, how high it is and how much of it is used. */
final class Limits {
  /**
   * The areas that other threads, and the JVM itself, may come to need while the figures are read.
   */
  private static final long NEARLY = 16;

  /** Whoever has it may lock any amount of memory. */
  private static final int CAP_IPC_LOCK = 14;

  private Limits() {}

  /**
   * Explains {@code ENOMEM} of a call that maps, splits or moves areas of memory.
   *
   * @param more the bytes by which the process would have grown
   */
  static @Nullable String outOfAddressSpace(long more) {
    String areas = areas();
    if (areas != null) {
      return areas;
    }
    OptionalLong limit = Proc.limit("Max address space");
    OptionalLong used = Proc.statusBytes("VmSize");
    if (limit.isPresent() && used.isPresent() && exceeds(used, more, limit)) {
      return "RLIMIT_AS allows "
          + limit.getAsLong()
          + " bytes of address space, "
          + used.getAsLong()
          + " are used: raise it (ulimit -v)";
    }
    return "not for lack of a known limit: " + inForce();
  }

  /** Explains {@code ENOMEM} of a call that maps private writable memory. */
  static @Nullable String outOfMemory(long more) {
    String reason = outOfAddressSpace(more);
    OptionalLong mode = Proc.overcommitMode();
    if (reason == null || !reason.startsWith("not for") || mode.isEmpty()) {
      return reason;
    }
    return switch ((int) mode.getAsLong()) {
      case 0 ->
          "vm.overcommit_memory=0 refuses what memory and swap could never hold ("
              + figure("MemTotal", Proc.memoryBytes("MemTotal"))
              + "): map less, or with NORESERVE; "
              + inForce();
      case 2 ->
          "vm.overcommit_memory=2 has promised all it may: "
              + figure("CommitLimit", Proc.memoryBytes("CommitLimit"))
              + ", "
              + figure("Committed_AS", Proc.memoryBytes("Committed_AS"));
      default -> reason;
    };
  }

  /** Explains that explicit huge pages were not to be had. */
  static String outOfHugePages(long pageBytes) {
    String size = pageBytes == 0 ? "" : "-" + (pageBytes >> 10) + "kB";
    return "no free huge pages ("
        + figure("HugePages_Total", Proc.memoryCount("HugePages_Total"))
        + ", "
        + figure("HugePages_Free", Proc.memoryCount("HugePages_Free"))
        + " of the default size): fill the pool, such as with echo 64 > "
        + (pageBytes == 0
            ? "/proc/sys/vm/nr_hugepages"
            : "/sys/kernel/mm/hugepages/hugepages" + size + "/nr_hugepages");
  }

  /** Explains a failure to lock memory, or says nothing where the limit is not the cause. */
  static @Nullable String locked(long more) {
    OptionalLong limit = Proc.limit("Max locked memory");
    OptionalLong used = Proc.statusBytes("VmLck");
    if (limit.isEmpty()
        || used.isEmpty()
        || !exceeds(used, more, limit)
        || Proc.hasCapability(CAP_IPC_LOCK)) {
      return null;
    }
    return "RLIMIT_MEMLOCK allows "
        + limit.getAsLong()
        + " bytes of locked memory, "
        + used.getAsLong()
        + " are used: raise it (ulimit -l), or grant CAP_IPC_LOCK";
  }

  /** Explains that no descriptor was left. */
  static @Nullable String descriptors() {
    OptionalLong limit = Proc.limit("Max open files");
    return limit.isPresent()
        ? "RLIMIT_NOFILE allows "
            + limit.getAsLong()
            + " descriptors and all are used: raise it"
            + " (ulimit -n)"
        : "RLIMIT_NOFILE is reached: raise it (ulimit -n)";
  }

  /** Explains a failure by the number of areas, or says nothing where there is room for more. */
  static @Nullable String areas() {
    OptionalLong limit = Proc.maxMapCount();
    OptionalLong used = Proc.mapCount();
    if (limit.isEmpty() || used.isEmpty() || used.getAsLong() + NEARLY < limit.getAsLong()) {
      return null;
    }
    return "vm.max_map_count allows "
        + limit.getAsLong()
        + " areas of memory, "
        + used.getAsLong()
        + " are used: raise it (sysctl -w vm.max_map_count="
        + 4 * limit.getAsLong()
        + "), or map fewer and larger ranges";
  }

  private static String inForce() {
    StringJoiner figures = new StringJoiner(", ");
    figures.add(of(Proc.mapCount(), "vm.max_map_count", Proc.maxMapCount()));
    figures.add(of(Proc.statusBytes("VmSize"), "RLIMIT_AS", Proc.limit("Max address space")));
    figures.add(of(Proc.statusBytes("VmLck"), "RLIMIT_MEMLOCK", Proc.limit("Max locked memory")));
    return figures.toString();
  }

  private static String of(OptionalLong used, String name, OptionalLong limit) {
    return name
        + " "
        + (limit.isPresent() ? limit.getAsLong() : "unlimited")
        + (used.isPresent() ? " (" + used.getAsLong() + " used)" : "");
  }

  private static String figure(String name, OptionalLong value) {
    return name + " " + (value.isPresent() ? value.getAsLong() : "unknown");
  }

  private static boolean exceeds(OptionalLong used, long more, OptionalLong limit) {
    return used.getAsLong() > limit.getAsLong() - more;
  }
}
