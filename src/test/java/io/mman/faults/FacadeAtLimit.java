package io.mman.faults;

import io.mman.Advice;
import io.mman.Errno;
import io.mman.LockAllFlag;
import io.mman.LockFlag;
import io.mman.MapFlag;
import io.mman.Mman;
import io.mman.MmanException;
import io.mman.NativeFile;
import io.mman.Protection;
import io.mman.RemapFlag;
import io.mman.SyncFlag;
import java.io.FileInputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * A program that reaches a limit by one call of {@link Mman}, prints the failure, makes all other
 * calls for the first time, releases everything and goes on. The arguments are the limit and the
 * call. It has no lambdas and no string concatenation, for which the JVM would create classes when
 * memory has run out.
 */
final class FacadeAtLimit {
  private static final long PAGE = Mman.pageSize();
  private static final int PAGES = 300_000;

  /** After so many calls the library loads the classes of all others. */
  private static final int CALLS_BEFORE_PRELOAD = 16;

  private static final long GIB = 1L << 30;
  private static final long MIB = 1L << 20;
  private static final Set<MapFlag> MEMORY =
      EnumSet.of(MapFlag.PRIVATE, MapFlag.ANONYMOUS, MapFlag.NORESERVE);

  /** The kernel does not merge areas with these flags. */
  private static final Set<MapFlag> SEPARATE = EnumSet.of(MapFlag.SHARED, MapFlag.ANONYMOUS);

  private static final Set<MapFlag> LOCKED =
      EnumSet.of(MapFlag.PRIVATE, MapFlag.ANONYMOUS, MapFlag.LOCKED);
  private static final Set<RemapFlag> MAYMOVE = EnumSet.of(RemapFlag.MAYMOVE);
  private static final Set<RemapFlag> FIXED = EnumSet.of(RemapFlag.MAYMOVE, RemapFlag.FIXED);
  private static final List<String> CALLS =
      List.of(
          "munmap",
          "mprotect",
          "madvise",
          "msync",
          "mremap",
          "mlock",
          "mlock2",
          "munlock",
          "mincore",
          "mmap",
          "mlockall",
          "munlockall",
          "mseal");

  private static final Deque<MemorySegment> mapped = new ArrayDeque<>();
  private static MemorySegment memory = MemorySegment.NULL;

  private FacadeAtLimit() {}

  public static void main(String... arguments) throws Exception {
    Objects.requireNonNull(Advice.RANDOM); // a program names these before it reaches a limit
    Objects.requireNonNull(SyncFlag.SYNC);
    Objects.requireNonNull(LockFlag.ONFAULT);
    Objects.requireNonNull(LockAllFlag.CURRENT);
    if (arguments[0].equals("descriptors")) {
      runOutOfDescriptors(arguments[1]);
    } else {
      try {
        for (int i = 0; ; i++) {
          reach(arguments[0], arguments[1], i);
        }
      } catch (MmanException e) {
        System.out.println(e.getMessage());
      }
      makeAllCalls();
    }
    while (!mapped.isEmpty()) {
      Mman.munmap(mapped.removeLast());
    }
    if (memory.byteSize() > 0 && !arguments[1].equals("mseal")) {
      Mman.munmap(memory);
    }
    Mman.munmap(map(PAGE, Protection.READ_WRITE, MEMORY));
    System.out.println("again");
  }

  private static MemorySegment map(long bytes, Protection protection, Set<MapFlag> flags) {
    return Mman.mmap(MemorySegment.NULL, bytes, protection, flags, -1, 0);
  }

  private static void reach(String limit, String call, int i) {
    switch (limit) {
      case "areas" -> addAreas(call, i);
      case "addressSpace" -> addAddressSpace(call, i);
      case "locked" -> lockMore(call, i);
      default -> throw new IllegalArgumentException(limit);
    }
  }

  /** Maps another area, or makes areas of every second page of a large one. */
  private static void addAreas(String call, int i) {
    if (call.equals("mmap")) {
      mapped.add(map(PAGE, Protection.NONE, SEPARATE));
      return;
    }
    if (i == 0) {
      memory = map(PAGES * PAGE, Protection.READ, MEMORY);
      if (call.equals("munlock")) {
        Mman.mlock(memory, LockFlag.ONFAULT);
      }
    }
    MemorySegment page = memory.asSlice((2L * i + 1) * PAGE, PAGE);
    switch (call) {
      case "munmap" -> Mman.munmap(page);
      case "mprotect" -> Mman.mprotect(page, Protection.NONE);
      case "madvise" -> Mman.madvise(page, Advice.DONTFORK);
      case "mremap" -> {
        MemorySegment target = memory.asSlice((PAGES / 2 + 2L * i) * PAGE, PAGE);
        Mman.mremap(page, PAGE, FIXED, target);
      }
      case "mlock" -> Mman.mlock(page);
      case "mlock2" -> Mman.mlock(page, LockFlag.ONFAULT);
      case "munlock" -> Mman.munlock(page);
      case "mseal" -> Mman.mseal(page);
      default -> throw new IllegalArgumentException(call);
    }
  }

  private static void addAddressSpace(String call, int i) {
    if (call.equals("mmap") || i == 0) {
      mapped.add(map(GIB, Protection.NONE, MEMORY));
    } else {
      mapped.add(Mman.mremap(mapped.removeLast(), (i + 1) * GIB, MAYMOVE));
    }
  }

  private static void lockMore(String call, int i) {
    switch (call) {
      case "mmap" -> mapped.add(map(MIB, Protection.READ_WRITE, LOCKED));
      case "mremap" -> {
        MemorySegment last = i == 0 ? map(MIB, Protection.READ, LOCKED) : mapped.getLast();
        MemorySegment grown = Mman.mremap(last, (i + 2) * MIB, MAYMOVE);
        mapped.clear();
        mapped.add(grown);
      }
      case "mlockall" -> Mman.mlockall(LockAllFlag.CURRENT);
      default -> {
        mapped.add(map(MIB, Protection.READ_WRITE, MEMORY));
        if (call.equals("mlock")) {
          Mman.mlock(mapped.getLast());
        } else {
          Mman.mlock(mapped.getLast(), LockFlag.ONFAULT);
        }
      }
    }
  }

  /**
   * Takes all descriptors, by the library or otherwise, and then makes all calls for the first
   * time: those that succeed, and those that fail.
   */
  private static void runOutOfDescriptors(String files) throws Exception {
    for (int calls = 0; calls < CALLS_BEFORE_PRELOAD; calls += 2) {
      Mman.munmap(map(PAGE, Protection.READ_WRITE, MEMORY));
    }
    Deque<AutoCloseable> open = new ArrayDeque<>();
    try {
      while (true) {
        open.add(
            files.equals("native")
                ? NativeFile.open(Path.of("/dev/null"))
                : new FileInputStream("/dev/null"));
      }
    } catch (MmanException e) {
      System.out.println(e.error());
    } catch (IOException e) {
      System.out.println("EMFILE");
    }
    makeAllCalls();
    MemorySegment misaligned = MemorySegment.ofAddress(1).reinterpret(1);
    for (String call : CALLS) {
      makeMisaligned(call, misaligned);
    }
    while (!open.isEmpty()) {
      open.removeLast().close();
    }
  }

  private static void makeMisaligned(String call, MemorySegment misaligned) {
    try {
      make(call, misaligned);
    } catch (MmanException e) {
      if (e.error() != Errno.EINVAL && e.error() != Errno.ENOMEM) {
        throw e;
      }
    }
  }

  private static void makeAllCalls() {
    for (String call : CALLS) {
      try {
        make(call, MemorySegment.NULL);
      } catch (MmanException e) {
        System.out.println(e.getMessage()); // another limit, or an old kernel
      }
    }
  }

  /** Makes a call on a range, or if that is empty on a page of its own. */
  private static void make(String call, MemorySegment given) {
    boolean ownsPage = given.byteSize() == 0;
    MemorySegment range = ownsPage ? map(PAGE, Protection.READ_WRITE, MEMORY) : given;
    switch (call) {
      case "munmap" -> Mman.munmap(range);
      case "mprotect" -> Mman.mprotect(range, Protection.READ);
      case "madvise" -> Mman.madvise(range, Advice.DONTNEED);
      case "msync" -> Mman.msync(range, SyncFlag.SYNC);
      case "mremap" -> range = Mman.mremap(range, PAGE, MAYMOVE);
      case "mlock" -> Mman.mlock(range);
      case "mlock2" -> Mman.mlock(range, LockFlag.ONFAULT);
      case "munlock" -> Mman.munlock(range);
      case "mincore" -> Mman.mincore(range, Arena.global().allocate(1));
      case "mmap" -> Mman.munmap(map(PAGE, Protection.NONE, MEMORY));
      case "mlockall" -> Mman.mlockall(LockAllFlag.CURRENT, LockAllFlag.ONFAULT);
      case "munlockall" -> Mman.munlockall();
      case "mseal" -> Mman.mseal(range);
      default -> throw new IllegalArgumentException(call);
    }
    if (ownsPage && !call.equals("munmap") && !call.equals("mseal")) {
      Mman.munmap(range);
    }
  }
}
