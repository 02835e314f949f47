package io.mman.search;

import io.mman.Errno;
import io.mman.MmanException;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/**
 * The exceptions that each call may throw by its javadoc, for any arguments and any other threads.
 */
final class Documented {
  private static final Set<Class<?>> NONE = Set.of();
  private static final Set<Class<?>> RANGE =
      Set.of(
          IllegalStateException.class, WrongThreadException.class, IndexOutOfBoundsException.class);
  private static final Set<Class<?>> STATE =
      Set.of(IllegalStateException.class, WrongThreadException.class);
  private static final Set<Class<?>> ARGUMENT =
      Set.of(
          IllegalStateException.class,
          WrongThreadException.class,
          IndexOutOfBoundsException.class,
          IllegalArgumentException.class);
  private static final Set<Class<?>> ALL =
      Set.of(
          IllegalStateException.class,
          WrongThreadException.class,
          IndexOutOfBoundsException.class,
          IllegalArgumentException.class,
          UnsupportedOperationException.class);
  private static final Set<Class<?>> FILE =
      Set.of(IllegalStateException.class, IllegalArgumentException.class);

  private record Rule(Set<Class<?>> types, Set<Errno> errnos) {}

  private static final Map<Op, Rule> RULES = new EnumMap<>(Op.class);

  private static void rule(Op op, Set<Class<?>> types, Errno... errnos) {
    Set<Errno> set = EnumSet.noneOf(Errno.class);
    set.addAll(Set.of(errnos));
    RULES.put(op, new Rule(types, set));
  }

  static {
    // ENOMEM: address space, EINVAL: a flag or an advice that such memory does not take.
    Errno[] mapping = {
      Errno.ENOMEM,
      Errno.EINVAL,
      Errno.EACCES,
      Errno.EPERM,
      Errno.EAGAIN,
      Errno.EFBIG,
      Errno.ENOSPC,
      Errno.EOVERFLOW,
      Errno.EOPNOTSUPP
    };
    rule(Op.MAP, ALL, mapping);
    rule(Op.MAP_FILE, ALL, mapping);
    rule(Op.MAP_SURVIVING, ALL, mapping);
    RULES.get(Op.MAP_SURVIVING).errnos.add(Errno.EFAULT); // populate of missing pages
    rule(Op.TRUNCATE, NONE);
    rule(Op.LOSSES, STATE);
    rule(Op.WRAP, NONE);
    rule(Op.PROTECT, STATE, Errno.EACCES, Errno.ENOMEM);
    // EPERM: a seal of the file, EBADF: the file is open for reading only.
    rule(Op.RESIZE, ALL, Errno.ENOMEM, Errno.EAGAIN, Errno.EPERM, Errno.EBADF, Errno.ENODEV);
    rule(Op.SPLIT, ARGUMENT);
    rule(Op.JOIN, ALL, Errno.EPERM); // either of the two may be mirrored, or sealed
    rule(Op.SEAL, STATE, Errno.ENOSYS);
    rule(Op.SEAL_PART, STATE, Errno.ENOSYS, Errno.EPERM);
    rule(Op.ADVISE, ALL, Errno.EINVAL, Errno.EAGAIN, Errno.EBUSY, Errno.EACCES);
    rule(Op.SYNC, RANGE, Errno.EIO, Errno.EBUSY);
    rule(Op.LOCK, RANGE, Errno.ENOMEM, Errno.EPERM, Errno.EAGAIN);
    rule(Op.UNLOCK, RANGE);
    rule(Op.POPULATE, RANGE);
    rule(Op.RESIDENCY, RANGE);
    rule(Op.BURST, RANGE);
    rule(Op.STATS, ARGUMENT, Errno.EFAULT); // and waiting for a word
    rule(Op.READ, RANGE);
    rule(Op.WRITE, ARGUMENT);
    rule(Op.PIN, STATE);
    rule(Op.UNPIN, NONE);
    rule(Op.CLOSE, ALL);
    rule(Op.OPEN_ARENA, NONE);
    rule(Op.CLOSE_ARENA, ALL);
    rule(Op.LEND, NONE);
    rule(Op.RETAIN, STATE);
    rule(Op.OPEN_FILE, NONE);
    rule(Op.FILE, FILE, Errno.EPERM, Errno.EBUSY, Errno.EINVAL, Errno.ENOSPC, Errno.EFBIG);
    rule(Op.RESIZE_FILE, FILE, Errno.EPERM, Errno.EINVAL, Errno.EFBIG);
    rule(Op.CLOSE_FILE, NONE);
    rule(Op.TOUCH, STATE);
    rule(Op.CANARY, NONE);
  }

  private Documented() {}

  /** Returns whether a step may end with this exception, given its region if it has one. */
  static boolean allows(Step step, Held held, Throwable thrown) {
    Rule rule = RULES.get(step.op());
    if (!(thrown instanceof MmanException e)) {
      boolean isMirrored = held != null && held.pattern().isMirrored();
      boolean unsealable =
          step.op() == Op.SEAL && held != null && (held.lineage().mayLose || isMirrored);
      boolean unsplittable = step.op() == Op.SPLIT && isMirrored;
      return rule.types.stream().anyMatch(type -> type.isInstance(thrown))
          || ((unsealable || unsplittable) && thrown instanceof UnsupportedOperationException);
    }
    return rule.errnos.contains(e.error()) || (held != null && allows(step, held, e.error()));
  }

  /** The calls that say that pages are lost or missing. */
  private static boolean mayLose(Op op, Held held) {
    return held.lineage().mayLose
        && switch (op) {
          case READ, WRITE, SYNC, BURST, POPULATE, LOSSES -> true;
          default -> false;
        };
  }

  /** The exceptions that depend on the region. */
  private static boolean allows(Step step, Held held, Errno error) {
    Op op = step.op();
    Held.Lineage lineage = held.lineage();
    boolean owned = lineage.kind == Held.Kind.OWNED;
    return switch (error) {
      // No hole can be punched into a sealed memory file.
      case EPERM ->
          (owned && lineage.maybeSealed()) || (op == Op.ADVISE && held.pattern().ofFile());
      // Pages that cannot be accessed: RegionOps checks when they must be accessible.
      case EFAULT -> op == Op.READ || op == Op.WRITE || op == Op.ADVISE || mayLose(op, held);
      case EIO -> mayLose(op, held);
      case EBADF -> op == Op.ADVISE && (!held.pattern().ofFile() || lineage.mayLose);
      // The kernel has no page, or no huge page, left; not allowed for an unmapped range.
      case ENOMEM -> op == Op.ADVISE && held.lineage().maybeCollapse();
      // More than the address space.
      case EINVAL -> op == Op.RESIZE && Step.isWild(step.length());
      default -> false;
    };
  }
}
