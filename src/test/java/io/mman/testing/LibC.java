package io.mman.testing;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** C functions that the library itself does not use. */
public final class LibC {
  private static final MethodHandle SYSTEM =
      link("system", FunctionDescriptor.of(JAVA_INT, ADDRESS));
  private static final MethodHandle DUP = link("dup", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
  private static final MethodHandle GETPGRP = link("getpgrp", FunctionDescriptor.of(JAVA_INT));

  private static final MethodHandle LSEEK =
      link("lseek", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT));
  private static final MethodHandle MMAP =
      link(
          "mmap",
          FunctionDescriptor.of(
              JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));
  private static final MethodHandle SIGACTION =
      link("sigaction", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, ADDRESS));
  private static final MethodHandle KILL =
      link("kill", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
  private static final long SIGACTION_BYTES = 152;
  private static final int CLOEXEC_NONBLOCK = 0x80800;
  private static final int READ_WRITE = 3;
  private static final int PRIVATE_ANONYMOUS_FIXED_NOREPLACE = 0x100022;

  private LibC() {}

  /**
   * Maps memory at an address if nothing is mapped there, and returns whether it did. Exceptions
   * would take too long.
   */
  public static boolean mapAt(long address, long bytes) {
    try {
      long result =
          (long)
              MMAP.invokeExact(
                  address, bytes, READ_WRITE, PRIVATE_ANONYMOUS_FIXED_NOREPLACE, -1, 0L);
      return result == address;
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  /** Returns the address of the handler of a signal, the first field of the structure. */
  public static long handlerOf(int signal) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment action = arena.allocate(SIGACTION_BYTES, Long.BYTES);
      int result = (int) SIGACTION.invokeExact(signal, MemorySegment.NULL, action);
      if (result != 0) {
        throw new AssertionError("sigaction: " + result);
      }
      return action.get(JAVA_LONG, 0);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  /**
   * Returns whether a child inherits a descriptor of this process. The child is one of system(3),
   * because the JDK closes all descriptors in the children of {@code ProcessBuilder}.
   */
  public static boolean childSees(int fd) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment command = arena.allocateFrom("test -e /proc/self/fd/" + fd);
      int status = (int) SYSTEM.invokeExact(command);
      return switch (status) {
        case 0 -> true;
        case 0x100 -> false; // exit code 1
        default -> throw new AssertionError("system: " + status);
      };
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  /** Returns a second number for the same open file; a child inherits it. */
  public static int dup(int fd) {
    try {
      return (int) DUP.invokeExact(fd);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  /** Moves the offset of an open file to a byte, which it returns. */
  public static long seek(int fd, long offset) {
    try {
      return (long) LSEEK.invokeExact(fd, offset, 0);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  /** Returns the offset of an open file. */
  public static long offset(int fd) {
    try {
      return (long) LSEEK.invokeExact(fd, 0L, 1);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  /** Returns the group of this process, which nothing depends on. */
  public static int getpgrp() {
    try {
      return (int) GETPGRP.invokeExact();
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  /**
   * Returns a new userfaultfd of this process that can be polled, or -1 if the kernel refuses it.
   */
  public static int userfaultfd() {
    long number = System.getProperty("os.arch").equals("aarch64") ? 282 : 323;
    try {
      return (int)
          (long)
              link("syscall", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_INT))
                  .invokeExact(number, CLOEXEC_NONBLOCK);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  /** Sends a signal to a process. */
  public static void kill(long pid, int signal) {
    try {
      requireSuccess("kill", (int) KILL.invokeExact((int) pid, signal));
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  /** Mounts a block device, at a folder, without the program for it, which takes much longer. */
  public static void mount(String device, String folder, String type) {
    FunctionDescriptor shape =
        FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS);
    try (Arena arena = Arena.ofConfined()) {
      int result =
          (int)
              link("mount", shape)
                  .invokeExact(
                      arena.allocateFrom(device),
                      arena.allocateFrom(folder),
                      arena.allocateFrom(type),
                      0L,
                      MemorySegment.NULL);
      requireSuccess("mount", result);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  /** Undoes {@link #mount}. */
  public static void unmount(String folder) {
    try (Arena arena = Arena.ofConfined()) {
      MethodHandle call = link("umount", FunctionDescriptor.of(JAVA_INT, ADDRESS));
      requireSuccess("umount", (int) call.invokeExact(arena.allocateFrom(folder)));
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  private static void requireSuccess(String function, int result) {
    if (result != 0) {
      throw new AssertionError(function + ": " + result);
    }
  }

  /** Returns whether the C library is musl. On Linux it is otherwise glibc, which has a version. */
  public static boolean isMusl() {
    return Linker.nativeLinker().defaultLookup().find("gnu_get_libc_version").isEmpty();
  }

  private static MethodHandle link(String name, FunctionDescriptor shape) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(linker.defaultLookup().find(name).orElseThrow(), shape);
  }
}
