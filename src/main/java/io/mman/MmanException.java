package io.mman;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Objects;

/**
 * Thrown when a system call fails. The message contains the call, its arguments as in C, the name
 * and the description of the error and, if the reason is known, what to do about it.
 *
 * <p>The exception is unchecked, so {@code catch (IOException e)} does not catch it. Its
 * {@linkplain #getCause() cause} is an {@code IOException}, which code that declares {@code
 * IOException} can throw instead: a {@link java.nio.file.NoSuchFileException} for {@code ENOENT},
 * an {@link java.nio.file.AccessDeniedException} for {@code EACCES}, a {@link
 * java.nio.file.FileAlreadyExistsException} for {@code EEXIST}. For any other error it is a {@link
 * java.nio.file.FileSystemException} if the call concerns a file, and an {@link IOException} if it
 * does not.
 */
public final class MmanException extends UncheckedIOException {
  private static final long serialVersionUID = 1;

  /** The C function that failed. */
  private final String call;

  /** The error number of the running platform. */
  private final int errno;

  /**
   * Creates an exception. The constructor is public so that a test of code that uses this library
   * can simulate a failure.
   *
   * @param message the call, its arguments and a description of the error
   * @param cause the matching exception of {@code java.io} or {@code java.nio.file}
   * @param call the name of the C function, such as {@code mmap}
   * @param errno the error number that the running platform uses
   * @throws NullPointerException if {@code cause} or {@code call} is null
   */
  public MmanException(String message, IOException cause, String call, int errno) {
    super(message, cause);
    this.call = Objects.requireNonNull(call);
    this.errno = errno;
  }

  /**
   * Returns the name of the C function that failed.
   *
   * @return the name, such as {@code mmap} or {@code posix_fallocate}; or {@code requireIntact},
   *     which is no C function, if {@link MappedRegion#requireIntact} has found lost pages
   */
  public String call() {
    return call;
  }

  /**
   * Returns the error number of the running platform.
   *
   * @return the number, such as 12; see {@link #error()} for its name
   */
  public int errno() {
    return errno;
  }

  /**
   * Returns the error.
   *
   * @return the error, or {@link Errno#OTHER} if the number has no name in POSIX or in the man
   *     pages of the calls that this library makes
   */
  public Errno error() {
    return Errno.of(errno);
  }
}
