package io.mman.internal.change;

import io.mman.Advice;
import io.mman.ReadFlag;
import io.mman.WriteFlag;
import io.mman.change.Commit;
import io.mman.change.PageRanges;
import io.mman.internal.call.AddressSpace;
import io.mman.internal.call.AdviceBatch;
import io.mman.internal.call.KernelCopy;
import io.mman.internal.error.ErrorPreload;
import io.mman.internal.file.FileCreation;
import io.mman.internal.file.FileLength;
import io.mman.internal.file.FileLock;
import io.mman.internal.file.FileTransfer;
import io.mman.internal.libc.AttributeCalls;
import io.mman.internal.libc.NameCalls;
import io.mman.internal.libc.PageScan;
import io.mman.internal.libc.Slices;
import io.mman.internal.platform.Fcntl;
import io.mman.internal.platform.Ioctl;
import io.mman.internal.platform.LockType;
import io.mman.internal.platform.Platform;
import io.mman.internal.platform.ScanLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Loads the classes that a commit needs when the first region is opened. Once the descriptors have
 * run out, classes can no longer be loaded from a directory, and the JVM never tries to load them
 * again.
 */
final class StagedPreload {
  private static boolean isPrepared;

  private StagedPreload() {}

  /**
   * Loads the classes.
   *
   * @throws UnsupportedOperationException if the system is not Linux
   */
  static void prepare() {
    if (!Platform.current().isLinux()) {
      throw Platform.lacks("/proc/self/pagemap");
    }
    if (!isPrepared) {
      isPrepared = true; // if two threads load the classes, that does no harm
      try {
        ErrorPreload.prepareForFiles();
        ErrorPreload.prepareForMore();
        ErrorPreload.initialize(AttributeCalls.class, NameCalls.class, PageScan.class);
        ErrorPreload.initialize(Slices.class, Ioctl.class, ScanLayout.class, Fcntl.class);
        ErrorPreload.initialize(LockType.class, FileLock.class, FileLength.class);
        ErrorPreload.initialize(FileTransfer.class, ReadFlag.class, WriteFlag.class);
        ErrorPreload.initialize(AdviceBatch.class, Advice.class, Commit.class);
        ErrorPreload.initialize(PageRanges.class, AddressSpace.class);
        ErrorPreload.initialize(LockedFile.class, FileId.class, StagedFile.class, Journal.class);
        ErrorPreload.initialize(JournalHeader.class, JournalWriter.class, JournalReader.class);
        ErrorPreload.initialize(ChangedPages.class, PageLayout.class, PageSet.class);
        ErrorPreload.initialize(PageSetBuilder.class, PageChunk.class, WholeTransfer.class);
        rehearse();
        FileCreation.prepare();
        FileLength.prepare();
        KernelCopy.prepare();
      } catch (LinkageError | RuntimeException e) {
        // Resources have run out already; the requested operation may still succeed.
      }
    }
  }

  /** Uses nested and generated classes, so that they are loaded. */
  private static void rehearse() {
    MemorySegment none = Slices.at(0, 0, Arena.global().scope());
    PageSetBuilder pages = new PageSetBuilder(new PageLayout(1, 0, 1));
    pages.add(0, 1);
    try (Arena arena = Arena.ofConfined();
        AdviceBatch batch = new AdviceBatch(arena, Advice.DONTNEED, 2, null)) {
      pages.build().forEach((offset, length) -> batch.add(none, 0, length - 1 + offset));
    }
  }
}
