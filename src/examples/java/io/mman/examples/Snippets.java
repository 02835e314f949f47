package io.mman.examples;

import io.mman.Advice;
import io.mman.FileSeal;
import io.mman.MapFlag;
import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.MemfdFlag;
import io.mman.Mman;
import io.mman.MmanException;
import io.mman.NativeFile;
import io.mman.Pin;
import io.mman.Protection;
import io.mman.ReadFlag;
import io.mman.RegionGroup;
import io.mman.WriteFlag;
import io.mman.change.ChangeTracker;
import io.mman.change.PageRanges;
import io.mman.change.StagedRegion;
import io.mman.ipc.Futex;
import io.mman.ipc.Handover;
import io.mman.ipc.SharedLock;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.EnumSet;

/** The code snippets of the documentation. A test runs each of them. */
final class Snippets {
  private Snippets() {}

  static void log(Path path) {
    // @start region="log"
    try (MappedRegion log = Mapping.file(path).create(1 << 20).mapShared()) {
      log.segment().set(ValueLayout.JAVA_LONG, 0, 42L);
      log.sync(0, Long.BYTES); // waits until the bytes are on the disk
    } // unmapped here
    // @end
  }

  static long borrowed(Path path) {
    // @start region="borrowed"
    try (Arena arena = Arena.ofConfined();
        MappedRegion file = Mapping.file(path).map(arena)) {
      return file.size();
    }
    // @end
  }

  // @start region="read"
  static long read(MappedRegion region, long offset) {
    while (true) {
      try {
        return region.segment().get(ValueLayout.JAVA_LONG, offset);
      } catch (IllegalStateException e) {
        if (!region.isAlive()) {
          throw e; // the region is closed; otherwise only the view was revoked: ask for the new one
        }
      }
    }
  }

  // @end

  static long group(Path indexFile, Path dataFile) {
    // @start region="group"
    RegionGroup group = RegionGroup.open();
    MappedRegion index = Mapping.file(indexFile).map(group);
    MappedRegion data = Mapping.file(dataFile).map(group);
    group.retain(); // adds another holder, which must also close the group
    long bytes = index.size() + data.size();
    group.close();
    group.close(); // the last close unmaps both
    // @end
    return bytes;
  }

  static long grow(Path path) {
    // @start region="grow"
    try (NativeFile file =
            NativeFile.open(path, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
        MappedRegion region = Mapping.file(file).readWrite().reserve(1L << 30).mapShared()) {
      MemorySegment early = region.segment();
      MemorySegment grown = region.extend(64 << 10); // file and region, in place: early stays valid
      // @end
      return grown.byteSize() - early.byteSize();
    }
  }

  static String mirror() {
    // @start region="mirror"
    try (NativeFile file = NativeFile.memory("ring", 64 << 10);
        MappedRegion ring = Mapping.file(file).readWrite().mirrored().mapShared()) {
      MemorySegment bytes = ring.segment(); // 128 KiB
      bytes.setString((64 << 10) - 3, "wraps"); // the last two letters are the file's first bytes
      // @end
      return bytes.getString(0);
    }
  }

  static long transfer(Path path) {
    try (Arena arena = Arena.ofConfined()) {
      // @start region="transfer"
      try (NativeFile file = NativeFile.open(path, StandardOpenOption.WRITE)) {
        MemorySegment page = arena.allocate(4096);
        long bytes = file.read(0, page, ReadFlag.NOWAIT); // -1: not in memory
        if (bytes < 0) {
          bytes = file.read(0, page); // waits for the medium
        }
        page.set(ValueLayout.JAVA_LONG, 0, 42L);
        file.write(0, page.asSlice(0, Long.BYTES), WriteFlag.DSYNC); // on the disk when it returns
        // @end
        return bytes;
      }
    }
  }

  static String shareSealed() {
    // @start region="sealed"
    try (NativeFile memory = NativeFile.memory("frames", 1 << 20, MemfdFlag.ALLOW_SEALING)) {
      memory.seal(FileSeal.SHRINK, FileSeal.SEAL); // now nobody can truncate the memory
      String path = memory.path().toString(); // another process can open this path
      // @end
      return path;
    }
  }

  static String copyWhatOthersMayCut(Path path) {
    try (MappedRegion region = Mapping.file(path).mapConfined();
        Arena arena = Arena.ofConfined()) {
      // @start region="copy"
      MemorySegment buffer = arena.allocate(4096);
      try {
        long copied = region.read(0, buffer); // fewer bytes if the file ends early
        return "copied " + copied;
      } catch (MmanException e) { // EFAULT: the page no longer exists
        return "not copied: " + e.error();
      }
      // @end
    }
  }

  static long survive(Path path) {
    try (MappedRegion region = Mapping.file(path).surviveBusErrors().mapShared()) {
      // @start region="survive"
      long lost = region.lostPages();
      long first = region.segment().get(ValueLayout.JAVA_LONG, 0);
      if (region.lostPages() != lost) { // then the value may be zero instead of that of the file
        region.requireIntact(); // "1 page lost, the first at byte 0", unless the page is restored
      }
      // @end
      return first;
    }
  }

  static int pin() {
    try (MappedRegion region = Mapping.anonymous(4096).mapShared()) {
      // @start region="pin"
      try (Pin pin = region.pin()) {
        useFromNativeCode(pin.address()); // meanwhile close, resize and split throw
      }
      // @end
      return region.segment().get(ValueLayout.JAVA_INT, 0);
    }
  }

  private static void useFromNativeCode(long address) {
    MemorySegment.ofAddress(address).reinterpret(4).set(ValueLayout.JAVA_INT, 0, 7);
  }

  static long advise(Path path) {
    try (MappedRegion region = Mapping.file(path).mapConfined()) {
      // @start region="advise"
      region.advise(Advice.RANDOM); // no readahead
      region.advise(Advice.WILLNEED, 0, 1 << 16); // but these bytes will be needed soon
      // @end
      return region.residentPages(0, region.size());
    }
  }

  static byte facade() {
    // @start region="facade"
    EnumSet<MapFlag> flags = EnumSet.of(MapFlag.PRIVATE, MapFlag.ANONYMOUS);
    MemorySegment page =
        Mman.mmap(MemorySegment.NULL, Mman.pageSize(), Protection.READ_WRITE, flags, -1, 0);
    page.set(ValueLayout.JAVA_BYTE, 0, (byte) 1);
    Mman.mprotect(page, Protection.READ);
    byte first = page.get(ValueLayout.JAVA_BYTE, 0);
    Mman.munmap(page); // as in C, page is now a dangling pointer
    // @end
    return first;
  }

  static void waitForWord(MappedRegion region, VarHandle ints) throws InterruptedException {
    // @start region="futex"
    Futex turn = Futex.at(region, 0);
    int seen;
    while ((seen = (int) ints.getAcquire(region.segment(), 0L)) == 0) {
      turn.await(seen, Duration.ofSeconds(10)); // may return early, so the loop looks again
    }
    ints.setRelease(region.segment(), 0L, 0);
    turn.wake(1);
    // @end
  }

  static void give(Path socket, int trusted) {
    // @start region="give"
    try (NativeFile memory = NativeFile.memory("ring", 1 << 20, MemfdFlag.ALLOW_SEALING);
        Handover door = Handover.listen(socket, peer -> peer.uid() == trusted)) {
      memory.seal(FileSeal.SHRINK); // the receiver can rely on the length
      door.give(memory); // waits for a client
    }
    // @end
  }

  static long take(Path socket) {
    // @start region="take"
    NativeFile memory = Handover.take(socket, Duration.ofSeconds(10), FileSeal.SHRINK);
    MappedRegion ring = Mapping.file(memory).readWrite().mapShared();
    // @end
    try (memory;
        ring) {
      return ring.size();
    }
  }

  static long track(MappedRegion region, NativeFile replica) {
    // @start region="track"
    try (ChangeTracker tracker = ChangeTracker.of(region)) {
      region.segment().set(ValueLayout.JAVA_LONG, 5000, 42);
      PageRanges changed = tracker.take(); // the page that contains offset 5000
      changed.forEach(
          (offset, length) -> replica.write(offset, region.segment().asSlice(offset, length)));
      return changed.bytes(); // @replace regex="return.*" replacement=""
    }
    // @end
  }

  static void commit(Path path, Path journal) {
    // @start region="stagedRegion"
    try (StagedRegion db = StagedRegion.open(path, 1 << 20, journal)) {
      MemorySegment accounts = db.segment();
      long amount = 100;
      accounts.set(ValueLayout.JAVA_LONG, 0, accounts.get(ValueLayout.JAVA_LONG, 0) - amount);
      accounts.set(ValueLayout.JAVA_LONG, 4096, accounts.get(ValueLayout.JAVA_LONG, 4096) + amount);
      db.commit(); // either both changes or none
    }
    // @end
  }

  static void excludeProcesses(MappedRegion region, Path lockFile) {
    // @start region="sharedLock"
    try (SharedLock lock = SharedLock.at(region, 0, lockFile)) {
      if (lock.lock() == SharedLock.State.OWNER_DIED) {
        repair(region); // @replace regex="region" replacement="..."
      }
      try {
        increment(region); // @replace regex="region" replacement="..."
      } finally {
        lock.unlock();
      }
    }
    // @end
  }

  private static void repair(MappedRegion region) {
    region.segment().set(ValueLayout.JAVA_LONG, 16, 0);
  }

  private static void increment(MappedRegion region) {
    long before = region.segment().get(ValueLayout.JAVA_LONG, 16);
    region.segment().set(ValueLayout.JAVA_LONG, 16, before + 1);
  }
}
