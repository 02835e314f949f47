package io.mman.internal.error;

import io.mman.Errno;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Explains the errors of calls on files. A method returns null if nothing is known about an error.
 */
public final class FileErrors {
  private static final int MAX_NAME = 255;
  private static final String DIRECTORY = "this is the name of a directory, not of shared memory";
  private static final String LONG_NAME = "the name is longer than the system allows";

  private FileErrors() {}

  public static @Nullable String open(Errno errno) {
    return switch (errno) {
      case EMFILE -> ResourceLimits.descriptors();
      case ENFILE -> "the system-wide limit of open files is reached (fs.file-max)";
      case EISDIR -> "a directory can be opened for reading only";
      case ELOOP ->
          "the path is a symbolic link and NOFOLLOW_LINKS is given, or it has too many links";
      case ENOSPC -> "there is no room for a new file";
      default -> null;
    };
  }

  public static @Nullable String pipe(Errno errno) {
    return switch (errno) {
      case EMFILE -> ResourceLimits.descriptors();
      case ENFILE ->
          "the system-wide limit of open files (fs.file-max), or the user's limit of memory in"
              + " pipes (fs.pipe-user-pages-hard) is reached";
      default -> null;
    };
  }

  public static @Nullable String memory(Errno errno) {
    return switch (errno) {
      case EACCES ->
          "vm.memfd_noexec allows only files that can never be executed: use NOEXEC_SEAL";
      case EINVAL ->
          "the label is longer than 249 bytes, or the kernel does not know one of the flags";
      case ENOENT, ENODEV -> "the kernel has no huge pages of this size";
      default -> open(errno);
    };
  }

  public static @Nullable String sharedMemory(Errno errno, String name, Path path) {
    return switch (errno) {
      case EINVAL -> invalidName(name, path);
      case EISDIR -> DIRECTORY;
      case ELOOP -> "this is the name of a symbolic link, not of shared memory";
      case ENAMETOOLONG -> LONG_NAME;
      case ENXIO -> "this is the name of a pipe, a socket or a device, not of shared memory";
      default -> open(errno);
    };
  }

  private static String invalidName(String name, Path path) {
    int first = 0;
    while (name.startsWith("/", first)) {
      first++; // the C library ignores any number of slashes
    }
    if (first == name.length()) {
      return "the name is empty";
    }
    if (name.indexOf('/', first) >= 0) {
      return "the name has a second slash";
    }
    if (name.getBytes(StandardCharsets.UTF_8).length - first >= MAX_NAME) {
      return LONG_NAME;
    }
    // glibc reports EISDIR as EINVAL
    return Files.isDirectory(path) ? DIRECTORY : "an option does not apply to shared memory";
  }

  public static @Nullable String resize(Errno errno) {
    return switch (errno) {
      case EINVAL ->
          "the file is not open for writing, its length cannot be set, or the length is not a"
              + " multiple of the file's explicit huge pages";
      case EPERM -> "a seal on the file forbids this";
      case EFBIG -> "the file would be larger than the file system or RLIMIT_FSIZE allows";
      case ENOSPC -> "the disk is full";
      default -> null;
    };
  }

  public static @Nullable String allocate(Errno errno) {
    return switch (errno) {
      case EBADF -> "the file is not open for writing";
      case EINVAL -> "the length is 0, or the file system cannot allocate blocks in advance";
      case ENODEV -> "the file is not a regular file";
      case EOPNOTSUPP -> "the file system cannot allocate blocks in advance";
      default -> resize(errno);
    };
  }

  public static @Nullable String addSeals(Errno errno) {
    return switch (errno) {
      case EBUSY -> "a writable shared mapping exists";
      case EINVAL -> "the file is not in memory, or the kernel does not know one of the seals";
      case EPERM ->
          "the file was not created with ALLOW_SEALING, is sealed with SEAL, or is not open for"
              + " writing";
      default -> null;
    };
  }

  public static @Nullable String getSeals(Errno errno) {
    return errno == Errno.EINVAL ? "only files in memory have seals" : null;
  }

  public static @Nullable String lock(Errno errno) {
    return switch (errno) {
      case EBADF ->
          "an exclusive lock requires a file that is open for writing, a shared lock one that is"
              + " open for reading";
      case EINVAL ->
          "the file system has no locks, or the kernel has none that belong to open file"
              + " descriptions (Linux 3.15)";
      case ENOLCK -> "the system has run out of locks";
      default -> null;
    };
  }

  public static @Nullable String cacheStat(Errno errno) {
    return switch (errno) {
      case ENOSYS -> "the kernel is older than Linux 6.5";
      case EOPNOTSUPP -> "the kernel has no such statistics for a file of explicit huge pages";
      case EPERM -> "this process neither owns the file nor may write it";
      default -> null;
    };
  }
}
