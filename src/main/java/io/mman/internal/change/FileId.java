package io.mman.internal.change;

import io.mman.Errno;
import io.mman.internal.error.Failure;
import io.mman.internal.file.OpenFile;
import io.mman.internal.libc.AttributeCalls;
import io.mman.internal.libc.KernelCalls;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The identity of a file, which remains valid across mounts and restarts: the inode number, and 16
 * random bytes in an extended attribute. The attribute distinguishes the file from a later one with
 * the same inode number. If the file cannot have such an attribute, its creation time is used
 * instead.
 *
 * @param inode the inode number
 * @param first the first eight bytes
 * @param second the last eight bytes
 */
record FileId(long inode, long first, long second) {
  /** The name of the attribute, which is part of the format of the journal, as its value is. */
  static final String ATTRIBUTE = "user.mman.id";

  private static final int BYTES = 2 * Long.BYTES;

  /** Returns whether this is the identity of an open file. */
  boolean isOf(OpenFile file) {
    FileId known = find(file);
    return equals(known != null ? known : ofBirth(file));
  }

  /** Returns whether a file has the attribute, or is on a file system that does not allow it. */
  static boolean isKnown(OpenFile file) {
    return find(file) != null;
  }

  /**
   * Returns the identity of a file. If it has none yet, this method first adds a random one and
   * synchronizes the file, so that nothing can refer to an identity that is not on the medium.
   */
  static FileId ensure(OpenFile file) {
    FileId known = find(file);
    if (known != null) {
      return known;
    }
    ThreadLocalRandom random = ThreadLocalRandom.current();
    FileId drawn = new FileId(LockedFile.inode(file), random.nextLong(), random.nextLong());
    byte[] value = buffer(new byte[BYTES]).putLong(drawn.first).putLong(drawn.second).array();
    int result = withDescriptor(file, fd -> AttributeCalls.add(fd, ATTRIBUTE, value));
    if (result < 0) {
      requireImpossible("fsetxattr", result, file);
      return ofBirth(file);
    }
    file.sync();
    return drawn;
  }

  /** Returns the identity of a file, or null if it can have the attribute but does not. */
  private static @Nullable FileId find(OpenFile file) {
    byte[] value = new byte[BYTES];
    int result = withDescriptor(file, fd -> AttributeCalls.get(fd, ATTRIBUTE, value));
    if (result == BYTES) {
      ByteBuffer bytes = buffer(value);
      return new FileId(LockedFile.inode(file), bytes.getLong(), bytes.getLong());
    }
    if (result >= 0 || Errno.of(-result) == Errno.ENODATA) {
      return null;
    }
    requireImpossible("fgetxattr", result, file);
    return ofBirth(file);
  }

  /** Throws unless the error means that the file system or a policy forbids such attributes. */
  private static void requireImpossible(String call, int result, OpenFile file) {
    switch (Errno.of(-result)) {
      case EOPNOTSUPP, ENOSYS, EPERM, EACCES -> {}
      default -> {
        Failure failure = Failure.of(call, result).file(file.path());
        throw failure.arg("\"" + ATTRIBUTE + "\"").because(reason(failure.error())).exception();
      }
    }
  }

  private static @Nullable String reason(Errno error) {
    return switch (error) {
      case EEXIST, ERANGE -> "the attribute does not have " + BYTES + " bytes: remove it";
      case ENOSPC -> "the file has no room for another attribute";
      default -> null;
    };
  }

  /** Returns the inode number and the creation time, which is 0 if it is not known. */
  private static FileId ofBirth(OpenFile file) {
    long[] time = new long[2];
    withDescriptor(file, fd -> KernelCalls.birthTime(fd, time));
    return new FileId(LockedFile.inode(file), time[0], time[1]);
  }

  private static ByteBuffer buffer(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static int withDescriptor(OpenFile file, IntUnaryOperator call) {
    int fd = file.acquire();
    try {
      return call.applyAsInt(fd);
    } finally {
      file.release();
    }
  }
}
