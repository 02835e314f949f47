package io.mman.internal.error;

import io.mman.FileSeal;
import io.mman.Protection;
import io.mman.internal.libc.FileCalls;
import io.mman.internal.platform.Fcntl;
import io.mman.internal.platform.OpenFlags;
import io.mman.internal.proc.Maps;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Explains what forbids a protection of a file's pages: a seal, the access mode with which the file
 * was opened, or a noexec mount.
 */
public final class SealErrors {
  private static final String READ_ONLY = "the file is open for reading only";
  private static final String NO_PROGRAMS = "the file system is mounted noexec";

  private SealErrors() {}

  /** Explains EACCES of mprotect(2) for pages of an open file. */
  public static @Nullable String mprotect(Protection prot, int fd) {
    String seal = prot.canWrite() ? sealAgainstWriting(fd) : null;
    if (seal != null) {
      return seal;
    }
    String mode = accessMode(prot, fd);
    if (mode != null) {
      return mode;
    }
    return prot.canExecute() ? NO_PROGRAMS : null;
  }

  /** Explains why the access mode of an open file forbids a protection of shared pages, or null. */
  public static @Nullable String accessMode(Protection prot, int fd) {
    int flags = prot.canWrite() ? FileCalls.fcntl(fd, Fcntl.GETFL.number(), 0) : -1;
    return flags >= 0 && OpenFlags.O_RDONLY.isAccessModeOf(flags) ? READ_ONLY : null;
  }

  /** Explains EACCES of mprotect(2) for pages whose file is not known. */
  static String mprotect(Protection prot, MemorySegment range) {
    if (!prot.canWrite()) {
      return NO_PROGRAMS;
    }
    return (isInMemory(range) ? READ_ONLY + ", or sealed against writing" : READ_ONLY)
        + (prot.canExecute() ? ", or " + NO_PROGRAMS : "");
  }

  /** Returns whether pages are those of a memfd, the only kind of file that can be sealed. */
  private static boolean isInMemory(MemorySegment range) {
    try {
      for (Maps.Area area : Maps.overlapping(range.address(), range.byteSize())) {
        if (area.path().startsWith("/memfd:")) {
          return true;
        }
      }
      return false;
    } catch (UnsupportedOperationException unknown) {
      return true;
    }
  }

  /** Returns the seal of an open file that forbids writable shared mappings, or null. */
  static @Nullable String sealAgainstWriting(int fd) {
    int seals = Fcntl.GET_SEALS.isHere() ? FileCalls.fcntl(fd, Fcntl.GET_SEALS.number(), 0) : 0;
    if (seals <= 0) {
      return null; // no seals, or a file that cannot have any
    }
    for (FileSeal seal : new FileSeal[] {FileSeal.WRITE, FileSeal.FUTURE_WRITE}) {
      if (seal.isSupported() && (seals & seal.bits()) != 0) {
        return "the file is sealed against writing (" + seal + ")";
      }
    }
    return null;
  }
}
