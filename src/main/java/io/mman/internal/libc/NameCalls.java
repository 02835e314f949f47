package io.mman.internal.libc;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.mman.internal.platform.At;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Objects;

/**
 * The calls that give names to files and remove names. Names are NUL-terminated bytes. A call that
 * a signal interrupts (EINTR) is made again.
 */
public final class NameCalls {
  private NameCalls() {}

  /** Loads the classes of the functions before descriptors run out. */
  public static void prepare() {
    Objects.requireNonNull(Linkat.class);
    Objects.requireNonNull(Unlink.class);
  }

  // int linkat(int olddirfd, const char *oldpath, int newdirfd, const char *newpath, int flags);
  private static final class Linkat {
    static final MethodHandle CALL =
        Linking.link(
            "linkat",
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, ADDRESS, JAVA_INT));
  }

  /**
   * Gives a file one more name, which must not exist.
   *
   * @param folder the descriptor that {@code oldPath} is relative to
   */
  public static int linkat(int folder, MemorySegment oldPath, MemorySegment newPath, int flags) {
    int here = At.FDCWD.number();
    MemorySegment scratch = Scratch.get();
    try {
      int result;
      do {
        result =
            Scratch.result(
                (int) Linkat.CALL.invokeExact(scratch, folder, oldPath, here, newPath, flags),
                scratch);
      } while (result == Scratch.INTERRUPTED);
      return result;
    } catch (Throwable t) {
      throw Linking.unexpected(t);
    }
  }

  // int unlink(const char *pathname);
  private static final class Unlink {
    static final MethodHandle CALL =
        Linking.link("unlink", FunctionDescriptor.of(JAVA_INT, ADDRESS));
  }

  /** Removes a name of a file. */
  public static int unlink(MemorySegment path) {
    MemorySegment scratch = Scratch.get();
    try {
      int result;
      do {
        result = Scratch.result((int) Unlink.CALL.invokeExact(scratch, path), scratch);
      } while (result == Scratch.INTERRUPTED);
      return result;
    } catch (Throwable t) {
      throw Linking.unexpected(t);
    }
  }
}
