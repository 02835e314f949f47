package io.mman.internal.error;

import io.mman.Errno;
import org.jspecify.annotations.Nullable;

/**
 * What an errno of a file call means, as far as it can be known; null where there is nothing to
 * add.
 */
public final class FileErrors {
  private FileErrors() {}

  public static @Nullable String open(Errno errno) {
    return switch (errno) {
      case EMFILE -> ResourceLimits.descriptors();
      case ENFILE -> "the system has no descriptor left (fs.file-max)";
      case EISDIR -> "a directory can be opened for reading only";
      case ELOOP -> "a symbolic link, and NOFOLLOW_LINKS is given, or too many of them";
      case ENOSPC -> "there is no room for a new file";
      default -> null;
    };
  }

  public static @Nullable String memory(Errno errno) {
    return switch (errno) {
      case EACCES -> "vm.memfd_noexec allows only files that can never be executed: NOEXEC_SEAL";
      case EINVAL -> "the label is longer than 249 bytes, or the kernel does not know a flag";
      case ENOENT, ENODEV -> "the kernel has no huge pages of this size";
      default -> open(errno);
    };
  }

  public static @Nullable String sharedMemory(Errno errno) {
    return switch (errno) {
      case EINVAL -> "the name is empty or has a slash inside, or an option does not apply";
      default -> open(errno);
    };
  }

  public static @Nullable String resize(Errno errno) {
    return switch (errno) {
      case EINVAL ->
          "the file is not open for writing, has no length that could be set, or consists of"
              + " explicit huge pages of which this is no multiple";
      case EPERM -> "the file is sealed against it";
      case EFBIG -> "larger than the file system or RLIMIT_FSIZE allows";
      case ENOSPC -> "the disk is full";
      default -> null;
    };
  }

  public static @Nullable String allocate(Errno errno) {
    return switch (errno) {
      case EBADF -> "the file is not open for writing";
      case EINVAL -> "the length is 0, or the file system cannot set blocks aside";
      case ENODEV -> "not a regular file";
      case EOPNOTSUPP -> "the file system cannot set blocks aside";
      default -> resize(errno);
    };
  }

  public static @Nullable String addSeals(Errno errno) {
    return switch (errno) {
      case EBUSY -> "a writable shared mapping exists";
      case EINVAL -> "only files of memory can be sealed, and the kernel must know the seal";
      case EPERM -> "not created with ALLOW_SEALING, sealed with SEAL, or not open for writing";
      default -> null;
    };
  }

  public static @Nullable String getSeals(Errno errno) {
    return errno == Errno.EINVAL ? "only files of memory have seals" : null;
  }

  public static @Nullable String lock(Errno errno) {
    return switch (errno) {
      case EBADF -> "an exclusive lock wants a file open for writing, a shared one for reading";
      case ENOLCK -> "the system has no lock left";
      default -> null;
    };
  }

  public static @Nullable String cacheStat(Errno errno) {
    return switch (errno) {
      case ENOSYS -> "the kernel is older than Linux 6.5";
      case EOPNOTSUPP -> "not for files of explicit huge pages";
      case EPERM -> "only for whoever owns the file or may write it";
      default -> null;
    };
  }
}
