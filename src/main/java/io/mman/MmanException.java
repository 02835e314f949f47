package io.mman;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Objects;

/**
 * A system call failed. It is unchecked: {@code catch (IOException e)} does not see it, and its
 * cause is an {@code IOException} for those who want to pass one on. The message gives the call,
 * its arguments in C's words, the errno's name and text and, where the cause is known, what to do
 * about it.
 *
 * <p>The cause is the matching exception of {@code java.nio.file}: {@link
 * java.nio.file.NoSuchFileException} for {@code ENOENT}, {@link
 * java.nio.file.AccessDeniedException} for {@code EACCES}, {@link
 * java.nio.file.FileAlreadyExistsException} for {@code EEXIST}, otherwise {@link
 * java.nio.file.FileSystemException} where a file is concerned and {@link IOException} where none
 * is.
 */
public final class MmanException extends UncheckedIOException {
  private static final long serialVersionUID = 1;

  /** The C function that failed. */
  private final String call;

  /** Its error number, as the running platform counts. */
  private final int errno;

  /**
   * Creates an exception. The library creates its own; the constructor is public so that a test of
   * other code can simulate a failure.
   *
   * @param message the call, its arguments and the error in words
   * @param cause the matching exception of {@code java.io} or {@code java.nio.file}
   * @param call the name of the C function, such as {@code mmap}
   * @param errno the error number, as the running platform counts
   * @throws NullPointerException if {@code cause} or {@code call} is null
   */
  public MmanException(String message, IOException cause, String call, int errno) {
    super(message, cause);
    this.call = Objects.requireNonNull(call);
    this.errno = errno;
  }

  /**
   * Returns the C function that failed.
   *
   * @return its name, such as {@code mmap} or {@code posix_fallocate}
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
   * Returns the error by its name.
   *
   * @return the error, or {@link Errno#OTHER} if the number has no name in POSIX or in the man
   *     pages of the calls this library makes
   */
  public Errno error() {
    return Errno.of(errno);
  }
}
