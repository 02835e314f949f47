package io.mman.benchmarks.contests;

import io.mman.Advice;
import io.mman.MapFlag;
import io.mman.Mman;
import io.mman.Protection;
import io.mman.RemapFlag;
import io.mman.SyncFlag;
import io.mman.benchmarks.CLoops;
import io.mman.benchmarks.measure.Contest;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.EnumSet;
import java.util.Set;
import net.openhft.posix.PosixAPI;

/**
 * Compares the calls of {@code Mman} on a page of anonymous memory with those of its peers. Each
 * implementation has its own loop, because a shared one would add a few percent to every call.
 */
final class CallContests {
  private static final long PAGE = 4096;
  private static final int MS_ASYNC = 1;
  private static final int READ_WRITE = 3;
  private static final int PRIVATE_ANONYMOUS = 0x22;
  private static final Set<MapFlag> ANONYMOUS = EnumSet.of(MapFlag.PRIVATE, MapFlag.ANONYMOUS);
  private static final MethodHandle C_MADVISE = CLoops.onRange("loop_madvise");
  private static final MethodHandle C_MSYNC = CLoops.onRange("loop_msync");
  private static final MethodHandle C_MPROTECT = CLoops.onRange("loop_mprotect");
  private static final MethodHandle C_MLOCK = CLoops.onRange("loop_mlock");
  private static final MethodHandle C_MINCORE = CLoops.onRange("loop_mincore");
  private static final Set<RemapFlag> IN_PLACE = EnumSet.noneOf(RemapFlag.class);
  private static final MethodHandle C_MREMAP = CLoops.onRange("loop_mremap");
  private static final MethodHandle C_MMAP = CLoops.onRange("loop_mmap");

  private final MemorySegment page =
      Mman.mmap(MemorySegment.NULL, PAGE, Protection.READ_WRITE, ANONYMOUS, -1, 0);
  private final long address = page.address();
  private final MemorySegment vec = Arena.global().allocate(16);
  private final PosixAPI posix = PosixAPI.posix();

  private CallContests() {
    page.fill((byte) 1);
  }

  static void run(Plan plan) {
    CallContests calls = new CallContests();
    plan.run(calls.madvise());
    plan.run(calls.msync());
    plan.run(calls.mprotect());
    plan.run(calls.mlock());
    plan.run(calls.mincore());
    plan.run(calls.mmap());
    plan.run(calls.mremap());
  }

  private static void require(boolean success) {
    if (!success) {
      throw new IllegalStateException("a call failed");
    }
  }

  private Contest madvise() {
    return new Contest("calls", "madvise")
        .add(
            "mman",
            n -> {
              for (int i = 0; i < n; i++) {
                Mman.madvise(page, Advice.NORMAL);
              }
            })
        .add(
            "bare FFM handle",
            n -> {
              for (int i = 0; i < n; i++) {
                RawCalls.madvise(page, 0);
              }
            })
        .add("C", n -> CLoops.require((long) C_MADVISE.invokeExact(page, PAGE, (long) n)))
        .add(
            "JNA",
            n -> {
              for (int i = 0; i < n; i++) {
                require(JnaCalls.madvise(address, PAGE, 0) == 0);
              }
            })
        .add(
            "OpenHFT Posix",
            n -> {
              for (int i = 0; i < n; i++) {
                require(posix.madvise(address, PAGE, 0) == 0);
              }
            });
  }

  private Contest msync() {
    return new Contest("calls", "msync")
        .add(
            "mman",
            n -> {
              for (int i = 0; i < n; i++) {
                Mman.msync(page, SyncFlag.ASYNC);
              }
            })
        .add(
            "bare FFM handle",
            n -> {
              for (int i = 0; i < n; i++) {
                RawCalls.msync(page, MS_ASYNC);
              }
            })
        .add("C", n -> CLoops.require((long) C_MSYNC.invokeExact(page, PAGE, (long) n)))
        .add(
            "JNA",
            n -> {
              for (int i = 0; i < n; i++) {
                require(JnaCalls.msync(address, PAGE, MS_ASYNC) == 0);
              }
            })
        .add(
            "OpenHFT Posix",
            n -> {
              for (int i = 0; i < n; i++) {
                require(posix.msync(address, PAGE, MS_ASYNC) == 0);
              }
            });
  }

  private Contest mprotect() {
    return new Contest("calls", "mprotect")
        .add(
            "mman",
            n -> {
              for (int i = 0; i < n; i++) {
                Mman.mprotect(page, (i & 1) == 0 ? Protection.READ : Protection.READ_WRITE);
              }
            })
        .add(
            "bare FFM handle",
            n -> {
              for (int i = 0; i < n; i++) {
                RawCalls.mprotect(page, 1 + 2 * (i & 1));
              }
            })
        .add("C", n -> CLoops.require((long) C_MPROTECT.invokeExact(page, PAGE, (long) n)))
        .add(
            "JNA",
            n -> {
              for (int i = 0; i < n; i++) {
                require(JnaCalls.mprotect(address, PAGE, 1 + 2 * (i & 1)) == 0);
              }
            });
  }

  private Contest mlock() {
    return new Contest("calls", "mlock + munlock")
        .add(
            "mman",
            n -> {
              for (int i = 0; i < n; i++) {
                mlockAndMunlock();
              }
            })
        .add(
            "bare FFM handle",
            n -> {
              for (int i = 0; i < n; i++) {
                RawCalls.mlockAndMunlock(page);
              }
            })
        .add("C", n -> CLoops.require((long) C_MLOCK.invokeExact(page, PAGE, (long) n)))
        .add(
            "JNA",
            n -> {
              for (int i = 0; i < n; i++) {
                jnaMlockAndMunlock();
              }
            });
  }

  private void mlockAndMunlock() {
    Mman.mlock(page);
    Mman.munlock(page);
  }

  private void jnaMlockAndMunlock() {
    require(JnaCalls.mlock(address, PAGE) == 0);
    require(JnaCalls.munlock(address, PAGE) == 0);
  }

  private Contest mincore() {
    return new Contest("calls", "mincore")
        .add(
            "mman",
            n -> {
              for (int i = 0; i < n; i++) {
                Mman.mincore(page, vec);
              }
            })
        .add(
            "bare FFM handle",
            n -> {
              for (int i = 0; i < n; i++) {
                RawCalls.mincore(page, vec);
              }
            })
        .add("C", n -> CLoops.require((long) C_MINCORE.invokeExact(page, PAGE, (long) n)))
        .add(
            "JNA",
            n -> {
              for (int i = 0; i < n; i++) {
                require(JnaCalls.mincore(address, PAGE, vec.address()) == 0);
              }
            });
  }

  private Contest mmap() {
    return new Contest("calls", "mmap + munmap")
        .add(
            "mman",
            n -> {
              for (int i = 0; i < n; i++) {
                mmapAndMunmap();
              }
            })
        .add(
            "bare FFM handle",
            n -> {
              for (int i = 0; i < n; i++) {
                RawCalls.mmapAndMunmap(PAGE, READ_WRITE, PRIVATE_ANONYMOUS);
              }
            })
        .add(
            "C", n -> CLoops.require((long) C_MMAP.invokeExact(MemorySegment.NULL, PAGE, (long) n)))
        .add(
            "JNA",
            n -> {
              for (int i = 0; i < n; i++) {
                jnaMmapAndMunmap();
              }
            })
        .add(
            "OpenHFT Posix",
            n -> {
              for (int i = 0; i < n; i++) {
                openHftMmapAndMunmap();
              }
            });
  }

  private Contest mremap() {
    MemorySegment pages =
        Mman.mmap(MemorySegment.NULL, 2 * PAGE, Protection.READ_WRITE, ANONYMOUS, -1, 0);
    MemorySegment half = pages.asSlice(0, PAGE);
    return new Contest("calls", "mremap, smaller + larger")
        .add(
            "mman",
            n -> {
              for (int i = 0; i < n; i++) {
                Mman.mremap(pages, PAGE, IN_PLACE);
                Mman.mremap(half, 2 * PAGE, IN_PLACE);
              }
            })
        .add(
            "bare FFM handle",
            n -> {
              for (int i = 0; i < n; i++) {
                RawCalls.mremapTwice(pages);
              }
            })
        .add("C", n -> CLoops.require((long) C_MREMAP.invokeExact(pages, PAGE, (long) n)))
        .add(
            "JNA",
            n -> {
              for (int i = 0; i < n; i++) {
                jnaMremapTwice(pages.address());
              }
            });
  }

  private static void jnaMremapTwice(long at) {
    require(JnaCalls.mremap(at, 2 * PAGE, PAGE, 0, 0) == at);
    require(JnaCalls.mremap(at, PAGE, 2 * PAGE, 0, 0) == at);
  }

  private static void mmapAndMunmap() {
    Mman.munmap(Mman.mmap(MemorySegment.NULL, PAGE, Protection.READ_WRITE, ANONYMOUS, -1, 0));
  }

  private static void jnaMmapAndMunmap() {
    long at = JnaCalls.mmap(0, PAGE, READ_WRITE, PRIVATE_ANONYMOUS, -1, 0);
    require(at != -1 && JnaCalls.munmap(at, PAGE) == 0);
  }

  private void openHftMmapAndMunmap() {
    long at = posix.mmap(0, PAGE, READ_WRITE, PRIVATE_ANONYMOUS, -1, 0);
    require(at != -1 && posix.munmap(at, PAGE) == 0);
  }
}
