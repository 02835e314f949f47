package io.mman.faults;

/**
 * How something may end of which a system call fails: with the exception that names it, but for
 * what is written here.
 */
final class FaultRules {
  private FaultRules() {}

  /** Tells whether a scenario kept to the rules; {@code thrown} is null where it succeeded. */
  static boolean allow(FaultPlan call, String errno, int when, String scenario, Throwable thrown) {
    boolean refused = scenario.endsWith("Refused");
    boolean succeeded = refused ? FaultPlan.MADVISE.explains(thrown, "EINVAL") : thrown == null;
    if (errno.equals("EINTR")) {
      return succeeded; // the call is made again, or, to close, has done its work
    }
    if (succeeded && refused && thrown.getSuppressed().length > 0) {
      return true; // what could not be undone is told beside the first failure
    }
    return call.explains(thrown, errno) || succeeded && hasOtherWay(call, errno, when, scenario);
  }

  /** Tells whether the library can do without the call, or without its success. */
  private static boolean hasOtherWay(FaultPlan call, String errno, int when, String scenario) {
    boolean asksSystem = scenario.endsWith("Huge"); // how large a huge page is
    return switch (call) {
      case OPENAT -> asksSystem || errno.equals("ENOENT") || errno.equals("EEXIST") || when == 3;
      case FSTAT, NEWFSTATAT -> asksSystem;
      // The file is not of huge pages; its length is asked for by fstat.
      case FSTATFS, LSEEK -> true;
      // A region has no name, a limit is not told.
      case PRCTL, PRLIMIT64 -> true;
      case UNLINK -> errno.equals("ENOENT");
      // Of a file opened for the call no one misses the descriptor.
      case CLOSE -> !scenario.startsWith("close");
      case FALLOCATE -> errno.equals("EINVAL") || errno.equals("EOPNOTSUPP");
      case FCNTL -> isTakenByAnother(errno, scenario) || scenario.equals("closeLocked");
      // Address space left over on either side of what is aligned or guarded.
      case MUNMAP -> asksSystem || scenario.endsWith("Guarded");
      case MADVISE -> asksSystem && errno.equals("EINVAL");
      // The region lies in several areas: each moves by itself.
      case MREMAP -> errno.equals("EFAULT");
      // Bytes that were copied before count.
      case PROCESS_VM_READV, PROCESS_VM_WRITEV -> when > 1;
      default -> false;
    };
  }

  /** Tells whether it is chance if a scenario makes a call: whether space is left over. */
  static boolean mayNotBeMade(FaultPlan call, String scenario) {
    return call == FaultPlan.MUNMAP && scenario.endsWith("Huge");
  }

  private static boolean isTakenByAnother(String errno, String scenario) {
    return scenario.contains("ock") && (errno.equals("EAGAIN") || errno.equals("EACCES"));
  }
}
