package io.mman.testing;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.Supplier;

/** Arenas that a program could implement itself. */
public final class Arenas {
  private Arenas() {}

  /** An arena that delegates to another one. */
  public static Arena around(Arena arena) {
    return new Around(arena);
  }

  /** An arena that cannot be closed, and that runs some code for its scope. */
  public static Arena lending(Supplier<MemorySegment.Scope> scope) {
    return new Lending(scope);
  }

  private record Around(Arena arena) implements Arena {
    @Override
    public MemorySegment allocate(long byteSize, long byteAlignment) {
      return arena.allocate(byteSize, byteAlignment);
    }

    @Override
    public MemorySegment.Scope scope() {
      return arena.scope();
    }

    @Override
    public void close() {
      arena.close();
    }
  }

  private record Lending(Supplier<MemorySegment.Scope> lender) implements Arena {
    @Override
    public MemorySegment allocate(long byteSize, long byteAlignment) {
      throw new UnsupportedOperationException();
    }

    @Override
    public MemorySegment.Scope scope() {
      return lender.get();
    }

    @Override
    public void close() {
      throw new UnsupportedOperationException();
    }
  }
}
