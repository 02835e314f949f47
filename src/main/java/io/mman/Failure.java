package io.mman;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * Words for a call that failed: {@code mmap(length=4096, READ, SHARED, "/x", offset=0): ENODEV (No
 * such device): what is known of the cause}. Built only after the failure, so that success pays
 * nothing.
 */
final class Failure {
  /** How the kernel says that no area of memory is left; EAGAIN to madvise(2). */
  private static final long NO_MEMORY = -Errno.ENOMEM.number();

  private static final long TRY_AGAIN = -Errno.EAGAIN.number();

  private final String call;
  private final int errno;
  private final StringJoiner arguments = new StringJoiner(", ", "(", ")");
  private @Nullable Path file;
  private @Nullable String hint;

  private Failure(String call, int errno) {
    this.call = call;
    this.errno = errno;
  }

  /**
   * Starts the words for a failed call.
   *
   * @param result what the raw layer returned: the negative errno
   */
  static Failure of(String call, long result) {
    if (result == NO_MEMORY || result == TRY_AGAIN) {
      Spare.giveUp();
    }
    return new Failure(call, (int) -result);
  }

  Failure arg(Object argument) {
    arguments.add(String.valueOf(argument));
    return this;
  }

  Failure arg(String name, long number) {
    arguments.add(name + "=" + number);
    return this;
  }

  Failure address(String name, long address) {
    arguments.add(name + "=0x" + Long.toHexString(address));
    return this;
  }

  /** Adds a range of memory: its address and its length. */
  Failure range(MemorySegment range) {
    return address("address", range.address()).arg("length", range.byteSize());
  }

  /** Adds flags in the order C declares them; 0 where there are none. */
  <E extends Enum<E>> Failure flags(Collection<E> flags) {
    return arg(Words.of(flags));
  }

  <E extends Enum<E>> Failure flags(E[] flags) {
    return arg(Words.of(flags));
  }

  /** Adds the file that the call was about, if it was about one. */
  Failure file(@Nullable Path path) {
    if (path != null) {
      arguments.add("\"" + path + "\"");
      file = path;
    }
    return this;
  }

  /** Names the file for the cause only, where C's arguments do not have it. */
  Failure about(@Nullable Path path) {
    file = path;
    return this;
  }

  /** Returns the name of the errno, for those who know what it means for this call. */
  Errno error() {
    return Errno.of(errno);
  }

  /** Adds what the errno means for this call, if that is known. */
  Failure because(@Nullable String cause) {
    hint = cause;
    return this;
  }

  /** Returns the exception to throw. */
  MmanException exception() {
    Errno error = error();
    String name = error == Errno.OTHER ? "errno " + errno : error.name();
    String reason = name + " (" + error.text() + ")" + (hint == null ? "" : ": " + hint);
    return new MmanException(call + arguments + ": " + reason, cause(error, reason), call, errno);
  }

  private IOException cause(Errno error, String reason) {
    String name = file == null ? null : file.toString();
    return switch (error) {
      case ENOENT -> new NoSuchFileException(name, null, reason);
      case EACCES -> new AccessDeniedException(name, null, reason);
      case EEXIST -> new FileAlreadyExistsException(name, null, reason);
      default ->
          name == null ? new IOException(reason) : new FileSystemException(name, null, reason);
    };
  }
}
