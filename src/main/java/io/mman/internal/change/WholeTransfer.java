package io.mman.internal.change;

import io.mman.Errno;
import io.mman.internal.error.Failure;
import io.mman.internal.file.FileTransfer;
import io.mman.internal.file.OpenFile;
import java.lang.foreign.MemorySegment;

/** Transfers all bytes or throws, unlike {@link FileTransfer}, which may transfer fewer. */
final class WholeTransfer {
  private WholeTransfer() {}

  static void write(OpenFile file, long position, MemorySegment source) {
    long done = 0;
    while (done < source.byteSize()) {
      done += requireProgress("pwrite", file, position + done, source.asSlice(done));
    }
  }

  /** Fills a segment, and throws if the file does not have enough bytes. */
  static void read(OpenFile file, long position, MemorySegment target) {
    long done = 0;
    while (done < target.byteSize()) {
      done += requireProgress("pread", file, position + done, target.asSlice(done));
    }
  }

  private static long requireProgress(
      String call, OpenFile file, long position, MemorySegment rest) {
    long moved =
        call.equals("pread")
            ? FileTransfer.read(file, position, rest)
            : FileTransfer.write(file, position, rest);
    if (moved <= 0) {
      throw Failure.of(call, -Errno.EIO.number())
          .file(file.path())
          .range(rest)
          .arg("offset", position)
          .because("no byte was transferred")
          .exception();
    }
    return moved;
  }
}
