package io.mman;

import io.mman.platform.OpenFlags;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;

/** The options of {@code FileChannel.open} in the words of open(2). */
record OpenRequest(int flags, int mode) {
  private static final int READ_AND_WRITE_FOR_ALL = 0666;

  /**
   * Translates options and attributes.
   *
   * @throws UnsupportedOperationException for an option or attribute that a mapped file cannot have
   */
  static OpenRequest of(Set<? extends OpenOption> options, FileAttribute<?>... attributes) {
    boolean writes = options.contains(StandardOpenOption.WRITE);
    // A write-only descriptor cannot be mapped, so WRITE opens for reading too.
    int flags = OpenFlags.O_CLOEXEC.bits() | OpenFlags.O_NOCTTY.bits();
    flags |= (writes ? OpenFlags.O_RDWR : OpenFlags.O_RDONLY).bits();
    for (OpenOption option : options) {
      flags |= bits(option, writes);
    }
    return new OpenRequest(flags, mode(attributes));
  }

  /** The same, but it fails where the file exists. */
  OpenRequest exclusively() {
    return new OpenRequest(flags | OpenFlags.O_CREAT.bits() | OpenFlags.O_EXCL.bits(), mode);
  }

  private static int bits(OpenOption option, boolean writes) {
    if (option instanceof StandardOpenOption standard) {
      return switch (standard) {
        case READ, WRITE, SPARSE -> 0;
        case CREATE -> writes ? OpenFlags.O_CREAT.bits() : 0;
        case CREATE_NEW -> writes ? OpenFlags.O_CREAT.bits() | OpenFlags.O_EXCL.bits() : 0;
        case TRUNCATE_EXISTING -> writes ? OpenFlags.O_TRUNC.bits() : 0;
        case SYNC -> OpenFlags.O_SYNC.bits();
        case DSYNC -> OpenFlags.O_DSYNC.bits();
        case APPEND, DELETE_ON_CLOSE -> throw new UnsupportedOperationException(option.toString());
      };
    }
    if (option == LinkOption.NOFOLLOW_LINKS) {
      return OpenFlags.O_NOFOLLOW.bits();
    }
    // com.sun.nio.file.ExtendedOpenOption is in a module that need not be there.
    if ("DIRECT".equals(option.toString())) {
      return OpenFlags.O_DIRECT.bits();
    }
    throw new UnsupportedOperationException("option " + option);
  }

  private static int mode(FileAttribute<?>... attributes) {
    int mode = READ_AND_WRITE_FOR_ALL;
    for (FileAttribute<?> attribute : attributes) {
      if (!"posix:permissions".equals(attribute.name())
          || !(attribute.value() instanceof Set<?> permissions)) {
        throw new UnsupportedOperationException("attribute " + attribute.name());
      }
      mode = 0;
      for (Object permission : permissions) {
        mode |= bit((PosixFilePermission) permission);
      }
    }
    return mode;
  }

  private static int bit(PosixFilePermission permission) {
    return switch (permission) {
      case OWNER_READ -> 0400;
      case OWNER_WRITE -> 0200;
      case OWNER_EXECUTE -> 0100;
      case GROUP_READ -> 040;
      case GROUP_WRITE -> 020;
      case GROUP_EXECUTE -> 010;
      case OTHERS_READ -> 04;
      case OTHERS_WRITE -> 02;
      case OTHERS_EXECUTE -> 01;
    };
  }
}
