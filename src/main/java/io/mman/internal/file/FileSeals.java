package io.mman.internal.file;

import io.mman.FileSeal;
import io.mman.internal.error.Failure;
import io.mman.internal.error.FileErrors;
import io.mman.internal.platform.Fcntl;
import java.util.EnumSet;
import java.util.Set;

/** Adds and reads the seals of a file in memory: F_ADD_SEALS and F_GET_SEALS of fcntl(2). */
public final class FileSeals {
  private FileSeals() {}

  public static void add(OpenFile file, FileSeal... seals) {
    int bits = 0;
    for (FileSeal seal : seals) {
      bits |= seal.bits();
    }
    int result = file.fcntl(Fcntl.ADD_SEALS, bits);
    if (result < 0) {
      Failure failure = file.failure("fcntl", result).arg("F_ADD_SEALS").flags(seals);
      throw failure.because(FileErrors.addSeals(failure.error())).exception();
    }
  }

  public static Set<FileSeal> of(OpenFile file) {
    int result = file.fcntl(Fcntl.GET_SEALS, 0);
    if (result < 0) {
      Failure failure = file.failure("fcntl", result).arg("F_GET_SEALS");
      throw failure.because(FileErrors.getSeals(failure.error())).exception();
    }
    Set<FileSeal> seals = EnumSet.noneOf(FileSeal.class);
    for (FileSeal seal : FileSeal.values()) {
      if (seal.isSupported() && (result & seal.bits()) != 0) {
        seals.add(seal);
      }
    }
    return seals;
  }
}
