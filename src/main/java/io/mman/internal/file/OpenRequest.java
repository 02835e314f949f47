package io.mman.internal.file;

import io.mman.internal.error.Failure;
import io.mman.internal.platform.OpenFlags;
import io.mman.internal.platform.Platform;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The flags and the mode of open(2) for options and attributes of {@code FileChannel.open}.
 *
 * @param names the flags
 * @param mode the permissions of a file that is created
 * @param truncates whether a file that exists is truncated after it has been opened. O_TRUNC would
 *     truncate it under live regions
 */
public record OpenRequest(Set<OpenFlags> names, int mode, boolean truncates) {
  private static final int READ_AND_WRITE_FOR_ALL = 0666;

  /** Opens a file that exists for reading. */
  public static final OpenRequest READ = existing(OpenFlags.O_RDONLY);

  /** Opens a file that exists for reading and writing. */
  public static final OpenRequest WRITE = existing(OpenFlags.O_RDWR);

  private static final String INSTEAD_OF_APPEND =
      "a store to mapped memory goes to its own place, not to the end of the file; open with WRITE,"
          + " then use MappedRegion.extend, or NativeFile.resize and map the new range";

  private static final String INSTEAD_OF_DELETE =
      "delete the file by its path, which leaves it usable until it is closed and unmapped, or use"
          + " NativeFile.memory";

  /** Returns a request with no options, for which nothing has to be translated. */
  private static OpenRequest existing(OpenFlags access) {
    Set<OpenFlags> flags = EnumSet.of(access, OpenFlags.O_CLOEXEC, OpenFlags.O_NOCTTY);
    return new OpenRequest(flags, READ_AND_WRITE_FOR_ALL, false);
  }

  /** Translates options, each of which may be given more than once. */
  public static OpenRequest of(OpenOption... options) {
    return of(new HashSet<>(List.of(options)));
  }

  /**
   * Translates options and attributes.
   *
   * @throws UnsupportedOperationException for an option or attribute that is not supported
   */
  public static OpenRequest of(Set<? extends OpenOption> options, FileAttribute<?>... attributes) {
    boolean writes = options.contains(StandardOpenOption.WRITE);
    boolean createsNew = writes && options.contains(StandardOpenOption.CREATE_NEW);
    // A write-only descriptor cannot be mapped, so WRITE opens for reading too.
    Set<OpenFlags> flags =
        EnumSet.of(
            writes ? OpenFlags.O_RDWR : OpenFlags.O_RDONLY,
            OpenFlags.O_CLOEXEC,
            OpenFlags.O_NOCTTY);
    for (OpenOption option : options) {
      OpenFlags flag = flag(option, writes);
      if (flag != null) {
        flags.add(flag);
      }
    }
    if (createsNew) {
      flags.add(OpenFlags.O_CREAT);
    }
    boolean truncates = flags.remove(OpenFlags.O_TRUNC) && !createsNew;
    return new OpenRequest(flags, mode(attributes), truncates);
  }

  /**
   * Returns the request for shm_open(3), which sets the close-on-exec flag itself. On Linux it does
   * not wait for the other end of a pipe that has been put in the place of the object.
   */
  OpenRequest forSharedMemory() {
    Set<OpenFlags> flags = EnumSet.copyOf(names);
    flags.remove(OpenFlags.O_NOCTTY);
    flags.remove(OpenFlags.O_CLOEXEC);
    if (Platform.current().isLinux()) {
      flags.add(OpenFlags.O_NONBLOCK);
    }
    // On macOS, the length of shared memory can be set only once.
    boolean isMacos = Platform.current() == Platform.MACOS;
    if (truncates && isMacos) {
      flags.add(OpenFlags.O_TRUNC);
    }
    return new OpenRequest(flags, 0600, truncates && !isMacos);
  }

  /**
   * Returns the bits of all flags.
   *
   * @throws UnsupportedOperationException if the platform lacks a flag
   */
  int flags() {
    int bits = 0;
    for (OpenFlags flag : names) {
      bits |= flag.bits();
    }
    return bits;
  }

  /** Adds the flags, and the mode if a file may be created, to the message for a failure. */
  Failure addTo(Failure failure) {
    failure.flags(names);
    return names.contains(OpenFlags.O_CREAT)
        ? failure.arg("0" + Integer.toOctalString(mode))
        : failure;
  }

  private static @Nullable OpenFlags flag(OpenOption option, boolean writes) {
    if (option instanceof StandardOpenOption standard) {
      return switch (standard) {
        case READ, WRITE, SPARSE -> null;
        case CREATE -> writes ? OpenFlags.O_CREAT : null;
        case CREATE_NEW -> writes ? OpenFlags.O_EXCL : null;
        case TRUNCATE_EXISTING -> writes ? OpenFlags.O_TRUNC : null;
        case SYNC -> OpenFlags.O_SYNC;
        case DSYNC -> OpenFlags.O_DSYNC;
        case APPEND -> throw unsupported("option APPEND", INSTEAD_OF_APPEND);
        case DELETE_ON_CLOSE -> throw unsupported("option DELETE_ON_CLOSE", INSTEAD_OF_DELETE);
      };
    }
    if (option == LinkOption.NOFOLLOW_LINKS) {
      return OpenFlags.O_NOFOLLOW;
    }
    // Compared by name, because the module of the class, jdk.unsupported, may be absent.
    if (option.getClass().getName().equals("com.sun.nio.file.ExtendedOpenOption")
        && option.toString().equals("DIRECT")) {
      return OpenFlags.O_DIRECT;
    }
    throw unsupported("option " + option);
  }

  private static int mode(FileAttribute<?>... attributes) {
    int mode = READ_AND_WRITE_FOR_ALL;
    for (FileAttribute<?> attribute : attributes) {
      if (!isPermissions(attribute.name()) || !(attribute.value() instanceof Set<?> permissions)) {
        throw unsupported("attribute " + attribute.name());
      }
      mode = 0;
      for (Object permission : permissions) {
        mode |= bit((PosixFilePermission) permission);
      }
    }
    return mode;
  }

  private static UnsupportedOperationException unsupported(String what) {
    return new UnsupportedOperationException(what + " is not supported");
  }

  private static UnsupportedOperationException unsupported(String what, String instead) {
    return new UnsupportedOperationException(what + " is not supported: " + instead);
  }

  private static boolean isPermissions(String attribute) {
    return attribute.equals("posix:permissions") || attribute.equals("unix:permissions");
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
