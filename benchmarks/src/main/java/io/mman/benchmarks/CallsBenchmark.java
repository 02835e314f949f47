package io.mman.benchmarks;

import io.mman.Advice;
import io.mman.MapFlag;
import io.mman.Mman;
import io.mman.Protection;
import io.mman.SyncFlag;
import io.mman.benchmarks.contests.JnaCalls;
import io.mman.benchmarks.contests.RawCalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import net.openhft.posix.PosixAPI;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The facade's calls on a page, each beside the same loop in C, a bare handle of FFM, JNA and
 * OpenHFT Posix, as far as that has it.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 10, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(value = 2, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class CallsBenchmark {
  private static final int TIMES = 1000;
  private static final MethodHandle C_MADVISE = CLoops.onRange("loop_madvise");
  private static final MethodHandle C_MSYNC = CLoops.onRange("loop_msync");
  private static final MethodHandle C_MPROTECT = CLoops.onRange("loop_mprotect");
  private static final MethodHandle C_MLOCK = CLoops.onRange("loop_mlock");
  private static final MethodHandle C_MINCORE = CLoops.onRange("loop_mincore");
  private static final MethodHandle C_MMAP = CLoops.onRange("loop_mmap");
  private static final Set<MapFlag> ANONYMOUS = EnumSet.of(MapFlag.PRIVATE, MapFlag.ANONYMOUS);

  private MemorySegment page;
  private MemorySegment vec;
  private long address;
  private PosixAPI posix;

  @Setup
  public void map() {
    page = Mman.mmap(MemorySegment.NULL, Mman.pageSize(), Protection.READ_WRITE, ANONYMOUS, -1, 0);
    page.fill((byte) 1);
    vec = Arena.global().allocate(16);
    address = page.address();
    posix = PosixAPI.posix();
  }

  @TearDown
  public void unmap() {
    Mman.munmap(page);
  }

  @Benchmark
  @OperationsPerInvocation(TIMES)
  public void madvise() {
    for (int i = 0; i < TIMES; i++) {
      Mman.madvise(page, Advice.NORMAL);
    }
  }

  @Benchmark
  @OperationsPerInvocation(TIMES)
  public long madviseInC() throws Throwable {
    return (long) C_MADVISE.invokeExact(page, page.byteSize(), (long) TIMES);
  }

  @Benchmark
  @OperationsPerInvocation(TIMES)
  public void msync() {
    for (int i = 0; i < TIMES; i++) {
      Mman.msync(page, SyncFlag.ASYNC);
    }
  }

  @Benchmark
  @OperationsPerInvocation(TIMES)
  public long msyncInC() throws Throwable {
    return (long) C_MSYNC.invokeExact(page, page.byteSize(), (long) TIMES);
  }

  @Benchmark
  @OperationsPerInvocation(TIMES)
  public void mprotect() {
    for (int i = 0; i < TIMES; i++) {
      Mman.mprotect(page, (i & 1) == 0 ? Protection.READ : Protection.READ_WRITE);
    }
  }

  @Benchmark
  @OperationsPerInvocation(TIMES)
  public long mprotectInC() throws Throwable {
    return (long) C_MPROTECT.invokeExact(page, page.byteSize(), (long) TIMES);
  }

  @Benchmark
  @OperationsPerInvocation(TIMES)
  public void mlockAndMunlock() {
    for (int i = 0; i < TIMES; i++) {
      Mman.mlock(page);
      Mman.munlock(page);
    }
  }

  @Benchmark
  @OperationsPerInvocation(TIMES)
  public long mlockAndMunlockInC() throws Throwable {
    return (long) C_MLOCK.invokeExact(page, page.byteSize(), (long) TIMES);
  }

  @Benchmark
  @OperationsPerInvocation(TIMES)
  public void mincore() {
    for (int i = 0; i < TIMES; i++) {
      Mman.mincore(page, vec);
    }
  }

  @Benchmark
  @OperationsPerInvocation(TIMES)
  public long mincoreInC() throws Throwable {
    return (long) C_MINCORE.invokeExact(page, page.byteSize(), (long) TIMES);
  }

  @Benchmark
  @OperationsPerInvocation(TIMES)
  public void mmapAndMunmap() {
    for (int i = 0; i < TIMES; i++) {
      Mman.munmap(Mman.mmap(MemorySegment.NULL, 4096, Protection.READ_WRITE, ANONYMOUS, -1, 0));
    }
  }

  @Benchmark
  @OperationsPerInvocation(TIMES)
  public long mmapAndMunmapInC() throws Throwable {
    return (long) C_MMAP.invokeExact(MemorySegment.NULL, 4096L, (long) TIMES);
  }

  @Benchmark
  @OperationsPerInvocation(TIMES)
  public void madviseBare() throws Throwable {
    for (int i = 0; i < TIMES; i++) {
      RawCalls.madvise(page, 0);
    }
  }

  @Benchmark
  @OperationsPerInvocation(TIMES)
  public void msyncBare() throws Throwable {
    for (int i = 0; i < TIMES; i++) {
      RawCalls.msync(page, 1);
    }
  }

  @Benchmark
  @OperationsPerInvocation(TIMES)
  public void mprotectBare() throws Throwable {
    for (int i = 0; i < TIMES; i++) {
      RawCalls.mprotect(page, 1 + 2 * (i & 1));
    }
  }

  @Benchmark
  @OperationsPerInvocation(TIMES)
  public void mlockAndMunlockBare() throws Throwable {
    for (int i = 0; i < TIMES; i++) {
      RawCalls.mlockAndMunlock(page);
    }
  }

  @Benchmark
  @OperationsPerInvocation(TIMES)
  public void mincoreBare() throws Throwable {
    for (int i = 0; i < TIMES; i++) {
      RawCalls.mincore(page, vec);
    }
  }

  @Benchmark
  @OperationsPerInvocation(TIMES)
  public void mmapAndMunmapBare() throws Throwable {
    for (int i = 0; i < TIMES; i++) {
      RawCalls.mmapAndMunmap(4096, 3, 0x22);
    }
  }

  @Benchmark
  @OperationsPerInvocation(TIMES)
  public void madviseJna() throws Throwable {
    for (int i = 0; i < TIMES; i++) {
      JnaCalls.madvise(address, 4096, 0);
    }
  }

  @Benchmark
  @OperationsPerInvocation(TIMES)
  public void msyncJna() throws Throwable {
    for (int i = 0; i < TIMES; i++) {
      JnaCalls.msync(address, 4096, 1);
    }
  }

  @Benchmark
  @OperationsPerInvocation(TIMES)
  public void mincoreJna() throws Throwable {
    for (int i = 0; i < TIMES; i++) {
      JnaCalls.mincore(address, 4096, vec.address());
    }
  }

  @Benchmark
  @OperationsPerInvocation(TIMES)
  public void madviseOpenHft() throws Throwable {
    for (int i = 0; i < TIMES; i++) {
      posix.madvise(address, 4096, 0);
    }
  }

  @Benchmark
  @OperationsPerInvocation(TIMES)
  public void msyncOpenHft() throws Throwable {
    for (int i = 0; i < TIMES; i++) {
      posix.msync(address, 4096, 1);
    }
  }
}
