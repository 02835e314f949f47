package io.mman.internal.region;

import io.mman.MmanException;
import io.mman.Protection;
import io.mman.internal.error.Failure;
import io.mman.internal.error.SealErrors;
import io.mman.internal.file.OpenFile;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** Explains why a file forbids a protection, which can be found out from its descriptor only. */
final class ProtectionRefusal {
  private ProtectionRefusal() {}

  /** Returns EACCES of mprotect(2) with the reason of the region's file, if that is still open. */
  static MmanException explain(
      MmanException e, MemorySegment pages, Protection protection, Backing backing) {
    OpenFile file = backing.file();
    String reason = file == null ? null : reason(file, protection);
    if (reason == null) {
      return e;
    }
    Failure failure = Failure.of("mprotect", -e.errno()).range(pages).arg(protection);
    return failure.about(backing.path()).because(reason).exception();
  }

  private static @Nullable String reason(OpenFile file, Protection protection) {
    int fd;
    try {
      fd = file.acquire();
    } catch (IllegalStateException closed) {
      return null;
    }
    try {
      return SealErrors.mprotect(protection, fd);
    } finally {
      file.release();
    }
  }
}
