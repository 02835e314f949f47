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
 * What tells a file from all others, across mounts and restarts: its inode number, and 16 random
 * bytes in an extended attribute, which a later file with the same inode number does not have. If
 * the file system has no such attributes, the time of the file's creation takes their place.
 *
 * @param inode the inode number
 * @param first the first eight bytes
 * @param second the other eight bytes
 */
record FileId(long inode, long first, long second) {
  /** The attribute. Its name and its value are part of the journal's format. */
  static final String ATTRIBUTE = "user.mman.id";

  private static final int BYTES = 2 * Long.BYTES;

  /** Returns whether this is the identity of an open file. */
  boolean isOf(OpenFile file) {
    FileId known = find(file);
    return equals(known != null ? known : ofBirth(file));
  }

  /** Returns whether a file has been given an identity, or can only have that of its creation. */
  static boolean isKnown(OpenFile file) {
    return find(file) != null;
  }

  /**
   * Returns the identity of a file, and gives it a random one first if it has none. What it is
   * given is on the medium before anything can refer to it.
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

  /** Returns the identity of a file, or null if it could have an attribute and has none. */
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

  /** Passes over errors that mean that the file system, or a policy, allows no such attribute. */
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
      case EEXIST, ERANGE -> "the attribute is of another size than " + BYTES + ": remove it";
      case ENOSPC -> "the attributes of the file leave no room for it";
      default -> null;
    };
  }

  /** Returns the identity of a file without the attribute: only the inode, in the worst case. */
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
