package io.mman.internal.ipc;

import io.mman.Errno;
import io.mman.FileSeal;
import io.mman.internal.error.Failure;
import io.mman.internal.libc.FileCalls;
import io.mman.internal.platform.Fcntl;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The seals that a file must have. */
final class RequiredSeals {
  static final RequiredSeals NONE = new RequiredSeals(Set.of());

  private final Set<FileSeal> seals;

  private RequiredSeals(Set<FileSeal> seals) {
    this.seals = seals;
  }

  /**
   * Returns the seals.
   *
   * @throws UnsupportedOperationException if the platform lacks one
   */
  static RequiredSeals of(FileSeal... seals) {
    Set<FileSeal> required = EnumSet.noneOf(FileSeal.class);
    for (FileSeal seal : seals) {
      seal.bits();
      required.add(seal);
    }
    return new RequiredSeals(required);
  }

  /**
   * Returns a message that names the missing seals of an open file, or null if it has all of them.
   * Reading the seals neither blocks in a file system nor affects the file.
   */
  @Nullable String lacking(int fd) {
    if (seals.isEmpty()) {
      return null;
    }
    int bits = FileCalls.fcntl(fd, Fcntl.GET_SEALS.number(), 0);
    if (bits < 0 && !meansNone(Errno.of(-bits))) {
      throw Failure.of("fcntl", bits).arg("fd", fd).arg("F_GET_SEALS").exception();
    }
    Set<FileSeal> missing = EnumSet.noneOf(FileSeal.class);
    for (FileSeal seal : seals) {
      if (bits < 0 || (bits & seal.bits()) == 0) {
        missing.add(seal);
      }
    }
    String reason = "the file lacks seals: " + missing;
    return missing.isEmpty()
        ? null
        : bits < 0 ? reason + "; only files in memory can be sealed" : reason;
  }

  /**
   * The command fails with EINVAL for files that are not in memory, and with EBADF for descriptors
   * that were opened with O_PATH.
   */
  private static boolean meansNone(Errno error) {
    return error == Errno.EINVAL || error == Errno.EBADF;
  }
}
