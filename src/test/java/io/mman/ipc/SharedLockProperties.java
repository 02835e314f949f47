package io.mman.ipc;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.ipc.SharedLock.State;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** Whatever is in the memory, it is a lock, or it is refused and stays as it is. */
class SharedLockProperties {
  private static Path folder;
  private static MappedRegion region;

  /** The tie of a valid lock, which is the only one of its file. */
  private static long tie;

  @BeforeContainer
  static void create() throws IOException {
    folder = Files.createTempDirectory("mman-lock");
    region = Mapping.anonymous(4096).shared().mapShared();
    SharedLock.at(region, 0, folder.resolve("lock")).close();
    tie = region.segment().get(JAVA_LONG, 8);
  }

  @AfterContainer
  static void remove() throws IOException {
    region.close();
    Files.delete(folder.resolve("lock"));
    Files.delete(folder);
  }

  record Memory(int word, int participants, long tie) {
    /** Returns whether this can be a lock; its owner cannot be alive. */
    boolean isLock() {
      int owner = word & Integer.MAX_VALUE;
      return tie == SharedLockProperties.tie
          && word != Integer.MIN_VALUE
          && participants >= owner
          && participants < Integer.MAX_VALUE;
    }
  }

  @Provide
  Arbitrary<Memory> memories() {
    Arbitrary<Integer> numbers =
        Arbitraries.oneOf(
            Arbitraries.integers(),
            Arbitraries.integers().between(-3, 3),
            Arbitraries.of(Integer.MIN_VALUE, Integer.MAX_VALUE, Integer.MIN_VALUE + 1));
    Arbitrary<Long> ties =
        Arbitraries.oneOf(
            Arbitraries.longs(),
            Arbitraries.of(tie, tie, tie, 0L, tie + 1, tie ^ 1L << 63, tie & ~0xFFFFFFFFL));
    return Combinators.combine(numbers, numbers, ties).as(Memory::new);
  }

  @Property(tries = 2000)
  void garbageIsRefusedOrALock(@ForAll("memories") Memory memory) throws InterruptedException {
    // Zeros would be a new lock.
    if (memory.tie == 0 && memory.word == 0 && memory.participants == 0) {
      return;
    }
    region.segment().set(JAVA_INT, 16, memory.word);
    region.segment().set(JAVA_INT, 20, memory.participants);
    region.segment().set(JAVA_LONG, 24, memory.tie);
    byte[] before = bytes();
    try (SharedLock lock = SharedLock.at(region, 16, folder.resolve("lock"))) {
      assertEquals(true, memory.isLock(), memory::toString);
      State expected = memory.word == 0 ? State.CLEAN : State.OWNER_DIED;
      assertEquals(Optional.of(expected), lock.tryLock());
      lock.unlock();
      assertEquals(State.CLEAN, lock.lock());
      lock.unlock();
    } catch (IllegalStateException | IllegalArgumentException e) {
      assertEquals(false, memory.isLock(), () -> memory + ": " + e);
      assertArrayEquals(before, bytes());
    }
  }

  /** The memory turns to garbage while a participant lives. */
  @Property(tries = 500)
  void aParticipantSurvivesGarbage(@ForAll("memories") Memory memory) {
    region.segment().asSlice(32, 16).copyFrom(region.segment().asSlice(0, 16));
    region.segment().set(JAVA_INT, 32, 0);
    try (SharedLock lock = SharedLock.at(region, 32, folder.resolve("lock"))) {
      region.segment().set(JAVA_INT, 32, memory.word);
      region.segment().set(JAVA_INT, 36, memory.participants);
      region.segment().set(JAVA_LONG, 40, memory.tie);
      if (lock.tryLock().isPresent()) {
        lock.unlock();
      }
    } catch (IllegalStateException e) {
      assertEquals(false, memory.isLock() && memory.word == 0, () -> memory + ": " + e);
    }
  }

  private static byte[] bytes() {
    return region.segment().asSlice(16, 16).toArray(JAVA_BYTE);
  }
}
