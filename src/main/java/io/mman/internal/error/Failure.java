package io.mman.internal.error;

import io.mman.Errno;
import io.mman.MmanException;
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
 * Builds the message and the exception for a call that failed: {@code mmap(length=4096, READ,
 * SHARED, "/x", offset=0): ENODEV (No such device): the reason, if it is known}. A call that
 * succeeds builds nothing; the classes needed here are loaded once beforehand ({@link
 * ErrorPreload}).
 */
public final class Failure {
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
   * Starts the message for a failed call.
   *
   * @param result the negative errno, as the libc layer returns it
   */
  public static Failure of(String call, long result) {
    return new Failure(call, (int) -result);
  }

  public Failure arg(Object argument) {
    arguments.add(String.valueOf(argument));
    return this;
  }

  public Failure arg(String name, long number) {
    arguments.add(name + "=" + number);
    return this;
  }

  public Failure address(String name, long address) {
    arguments.add(name + "=0x" + Long.toHexString(address));
    return this;
  }

  /** Adds a range of memory: its address and its length. */
  public Failure range(MemorySegment range) {
    return address("address", range.address()).arg("length", range.byteSize());
  }

  /** Adds flags in the order in which C declares them, or 0 if there are none. */
  public <E extends Enum<E>> Failure flags(Collection<E> flags) {
    return arg(FlagNames.of(flags));
  }

  public <E extends Enum<E>> Failure flags(E[] flags) {
    return arg(FlagNames.of(flags));
  }

  /** Adds the file as an argument of the call, if there is one. */
  public Failure file(@Nullable Path path) {
    if (path != null) {
      arguments.add("\"" + path + "\"");
      file = path;
    }
    return this;
  }

  /** Names the file for the cause only, because it is not an argument of the C function. */
  public Failure about(@Nullable Path path) {
    file = path;
    return this;
  }

  /** Returns the error, whose meaning for this call the caller looks up. */
  public Errno error() {
    return Errno.of(errno);
  }

  /** Adds the reason for the error, if it is known. */
  public Failure because(@Nullable String reason) {
    hint = reason;
    return this;
  }

  public MmanException exception() {
    Errno error = error();
    String name = error == Errno.OTHER ? "errno " + errno : error.name();
    String reason = name + " (" + error.text() + ")" + (hint == null ? "" : ": " + hint);
    IOException cause = cause(error, reason);
    MmanException e = new MmanException(call + arguments + ": " + reason, cause, call, errno);
    MapCountReserve.restore();
    return e;
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
