package io.mman.internal.error;

import io.mman.Advice;
import io.mman.internal.libc.ProcessCalls;
import io.mman.internal.proc.Maps;
import java.lang.foreign.MemorySegment;

/** Explains why madvise(2) has failed with {@code EINVAL}, which has many causes. */
final class AdviceErrors {
  private static final String LOCKED = "the pages are locked";

  private AdviceErrors() {}

  /** Loads this class, the class that the compiler has made for its switch, and what it uses. */
  static void prepare() {
    refused(Advice.FREE, MemorySegment.NULL);
  }

  static String invalid(Advice advice, MemorySegment range) {
    if (range.address() % ProcessCalls.pageSize() != 0) {
      return MemoryErrors.MISALIGNED;
    }
    return advice.isSupported() ? refused(advice, range) : "the kernel does not know " + advice;
  }

  /** Explains why the kernel refuses advice for this memory, although it knows the advice. */
  private static String refused(Advice advice, MemorySegment range) {
    return switch (advice) {
      case FREE ->
          isPrivateAnonymous(range) ? LOCKED : "FREE applies to private anonymous memory only";
      case WIPEONFORK -> "WIPEONFORK applies to private anonymous memory only";
      case REMOVE -> isPrivateAnonymous(range) ? "REMOVE applies to shared memory only" : LOCKED;
      case DONTNEED -> LOCKED + ", mapped from a device, or only a part of an explicit huge page";
      case COLD, PAGEOUT -> LOCKED + ", mapped from a device, or explicit huge pages";
      case POPULATE_READ, POPULATE_WRITE ->
          "the protection of the pages forbids it, or they are mapped from a device";
      default -> advice + " does not apply to this memory";
    };
  }

  /** Shared anonymous memory has a file of the kernel's own, and therefore an inode. */
  private static boolean isPrivateAnonymous(MemorySegment range) {
    return Maps.cover(range.address(), range.byteSize(), "", true);
  }
}
