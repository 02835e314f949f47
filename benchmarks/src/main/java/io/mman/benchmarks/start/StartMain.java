package io.mman.benchmarks.start;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import io.mman.MapFlag;
import io.mman.Mapping;
import io.mman.Mman;
import io.mman.Protection;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.EnumSet;
import net.openhft.posix.PosixAPI;

/**
 * A program that maps a file or memory, reads a byte and unmaps. The arguments are the
 * implementation and the file. {@code Mapping}, {@code FileChannel} and the handle of one shape map
 * the file; the others map memory. Each implementation is a class of its own, so that a JVM does
 * not load the others.
 */
public final class StartMain {
  private static final int READ_WRITE = 3;
  private static final int PRIVATE_ANONYMOUS = 0x22;

  private StartMain() {}

  public static void main(String... arguments) throws Throwable {
    byte read =
        switch (arguments[0]) {
          case "nothing" -> 0;
          case "mman", "bean" -> Ours.map(Path.of(arguments[1]));
          case "surviving" -> Surviving.map(Path.of(arguments[1]));
          case "facade" -> Facade.map();
          case "ffm" -> Bare.map();
          case "shape" -> OneShape.map(Path.of(arguments[1]));
          case "channel" -> Channel.map(Path.of(arguments[1]));
          case "jna" -> Jna.map();
          case "openhft" -> OpenHft.map();
          default -> throw new IllegalArgumentException(arguments[0]);
        };
    if (read != 0) {
      throw new IllegalStateException("read " + read);
    }
  }

  private static final class Ours {
    static byte map(Path file) {
      try (Arena arena = Arena.ofConfined()) {
        return Mapping.file(file).map(arena).segment().get(JAVA_BYTE, 0);
      }
    }
  }

  private static final class Surviving {
    static byte map(Path file) {
      try (Arena arena = Arena.ofConfined()) {
        return Mapping.file(file).surviveBusErrors().map(arena).segment().get(JAVA_BYTE, 0);
      }
    }
  }

  private static final class Facade {
    static byte map() {
      MemorySegment page =
          Mman.mmap(
              MemorySegment.NULL,
              4096,
              Protection.READ_WRITE,
              EnumSet.of(MapFlag.PRIVATE, MapFlag.ANONYMOUS),
              -1,
              0);
      byte read = page.get(JAVA_BYTE, 0);
      Mman.munmap(page);
      return read;
    }
  }

  private static final class Bare {
    static byte map() throws Throwable {
      MethodHandle mmap =
          link("mmap", ADDRESS, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG);
      MethodHandle munmap = link("munmap", JAVA_INT, ADDRESS, JAVA_LONG);
      MemorySegment state = Arena.global().allocate(Linker.Option.captureStateLayout());
      MemorySegment page =
          (MemorySegment)
              mmap.invokeExact(
                  state, MemorySegment.NULL, 4096L, READ_WRITE, PRIVATE_ANONYMOUS, -1, 0L);
      byte read = page.reinterpret(4096).get(JAVA_BYTE, 0);
      return (int) munmap.invokeExact(state, page, 4096L) == 0 ? read : 1;
    }

    private static MethodHandle link(String name, MemoryLayout result, MemoryLayout... arguments) {
      Linker linker = Linker.nativeLinker();
      return linker.downcallHandle(
          linker.defaultLookup().find(name).orElseThrow(),
          FunctionDescriptor.of(result, arguments),
          Linker.Option.captureCallState("errno"));
    }
  }

  /** Makes the calls that {@code Mapping} makes, all by a single handle. */
  private static final class OneShape {
    private static final MethodHandle CALL =
        Linker.nativeLinker()
            .downcallHandle(
                FunctionDescriptor.of(
                    JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
                Linker.Option.captureCallState("errno"));

    static byte map(Path file) throws Throwable {
      MemorySegment state = Arena.global().allocate(Linker.Option.captureStateLayout());
      MemorySegment stat = Arena.global().allocate(256);
      MemorySegment path = Arena.global().allocateFrom(file.toString());
      int fd = (int) call("open", state, path, 0, 0);
      MemorySegment descriptor = MemorySegment.ofAddress(fd);
      check((int) call("fstat", state, descriptor, stat.address(), 0));
      long address =
          (long)
              CALL.invokeExact(
                  function("mmap"), state, MemorySegment.NULL, 4096L, 1L, 1L, (long) fd, 0L);
      check((int) call("close", state, descriptor, 0, 0));
      MemorySegment page = MemorySegment.ofAddress(address).reinterpret(4096);
      byte read = page.get(JAVA_BYTE, 0);
      check((int) call("munmap", state, page, 4096, 0));
      return read;
    }

    private static long call(
        String name, MemorySegment state, MemorySegment first, long second, long third)
        throws Throwable {
      return (long) CALL.invokeExact(function(name), state, first, second, third, 0L, 0L, 0L);
    }

    private static MemorySegment function(String name) {
      return Linker.nativeLinker().defaultLookup().find(name).orElseThrow();
    }

    private static void check(int result) {
      if (result != 0) {
        throw new IllegalStateException("a call failed");
      }
    }
  }

  private static final class Channel {
    static byte map(Path file) throws IOException {
      try (FileChannel channel = FileChannel.open(file);
          Arena arena = Arena.ofConfined()) {
        return channel
            .map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena)
            .get(JAVA_BYTE, 0);
      }
    }
  }

  private static final class Jna {
    static {
      Native.register(Jna.class, "c");
    }

    static native Pointer mmap(
        Pointer address, long length, int protection, int flags, int fd, long offset);

    static native int munmap(Pointer address, long length);

    static byte map() {
      Pointer page = mmap(null, 4096, READ_WRITE, PRIVATE_ANONYMOUS, -1, 0);
      byte read = page.getByte(0);
      return munmap(page, 4096) == 0 ? read : 1;
    }
  }

  private static final class OpenHft {
    static byte map() {
      PosixAPI posix = PosixAPI.posix();
      long page = posix.mmap(0, 4096, READ_WRITE, PRIVATE_ANONYMOUS, -1, 0);
      byte read = MemorySegment.ofAddress(page).reinterpret(4096).get(JAVA_BYTE, 0);
      return posix.munmap(page, 4096) == 0 ? read : 1;
    }
  }
}
