package io.mman.internal.file;

import io.mman.Errno;
import io.mman.MmanException;
import io.mman.internal.error.ErrorPreload;
import io.mman.internal.error.Failure;
import io.mman.internal.error.FileErrors;
import io.mman.internal.libc.FileCalls;
import io.mman.internal.libc.FileStatus;
import io.mman.internal.libc.NameCalls;
import io.mman.internal.libc.PathBytes;
import io.mman.internal.platform.At;
import io.mman.internal.platform.OpenFlags;
import io.mman.internal.proc.Proc;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Creates a file that gets its name only after everything else has succeeded, so that nobody ever
 * sees a file that is then removed or truncated. {@link #create} may be called again after {@link
 * #publish} has returned false.
 */
public final class FileCreation {
  /** How the file exists before it has its name. Each way is used where the previous one fails. */
  private enum Way {
    /** It has no name at all. If the process is killed, nothing is left. */
    UNNAMED,
    /** It has a temporary name in the same folder. If the process is killed, that name is left. */
    TEMPORARY,
    /** It has its name from the start, and stays after a failure. */
    IN_PLACE
  }

  /** As many symbolic links as Linux follows. */
  private static final int MAX_LINKS = 40;

  private static final int MAX_TEMPORARY_NAMES = 100;

  /** The permissions of a new file before the umask is applied. */
  private static final int MODE = 0666;

  private final Path path;
  private Way way = OpenFlags.O_TMPFILE.isHere() ? Way.UNNAMED : Way.TEMPORARY;

  /** The path or, if that is a symbolic link, the path to which it leads. */
  private Path target;

  private @Nullable Path temporary;

  /**
   * Loads the classes that give a file its name, because no descriptor may be free for it later.
   */
  public static void prepare() {
    ErrorPreload.initialize(FileNames.class, NameCalls.class, At.class);
  }

  public FileCreation(Path path) {
    this.path = path;
    this.target = path;
  }

  /**
   * Creates the file.
   *
   * @return the file, or null if another file already has the name
   */
  public @Nullable OpenFile create() {
    target = targetOfLinks(path);
    if (!target.equals(path) && isThere()) {
      return null;
    }
    OpenFile file = null;
    if (way == Way.UNNAMED) {
      file = createUnnamed();
    }
    if (way == Way.TEMPORARY) {
      file = createTemporary();
    }
    return way == Way.IN_PLACE
        ? FileOpener.openUnless(
            Errno.EEXIST,
            target,
            OpenRequest.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW))
        : file;
  }

  /**
   * Returns whether the path leads to a file now. The kernel may forbid to follow the symbolic link
   * (fs.protected_symlinks), which it would not judge if the target alone were opened.
   */
  private boolean isThere() {
    OpenFile file = FileOpener.openUnless(Errno.ENOENT, path, OpenRequest.WRITE);
    if (file != null) {
      file.closeQuietly();
    }
    return file != null;
  }

  private @Nullable OpenFile createUnnamed() {
    Path folder = target.resolveSibling("");
    int fd = open(folder, Set.of(OpenFlags.O_RDWR, OpenFlags.O_CLOEXEC, OpenFlags.O_TMPFILE));
    if (fd >= 0) {
      return new OpenFile(fd, path);
    }
    if (!isUnnamedImpossible(Errno.of(-fd))) {
      throw openFailure(fd);
    }
    way = Way.TEMPORARY;
    return null;
  }

  /**
   * Where the feature is missing, open(2) may see an attempt to write to a folder. A security
   * policy may allow the final name only.
   */
  private static boolean isUnnamedImpossible(Errno error) {
    return switch (error) {
      case EOPNOTSUPP, EISDIR, ENOENT, EINVAL, ENOSYS, EPERM, EACCES -> true;
      default -> false;
    };
  }

  private @Nullable OpenFile createTemporary() {
    int fd = 0;
    for (int i = 0; i < MAX_TEMPORARY_NAMES; i++) {
      long random = ThreadLocalRandom.current().nextLong();
      Path name = target.resolveSibling(".mman-" + Long.toHexString(random) + ".tmp");
      fd = open(name, namedFlags());
      if (fd >= 0) {
        temporary = name;
        return new OpenFile(fd, path);
      }
      switch (Errno.of(-fd)) {
        case ENAMETOOLONG, EACCES -> {
          // The final name may be shorter, and a security policy may allow it alone.
          way = Way.IN_PLACE;
          return null;
        }
        case EEXIST -> {}
        default -> throw openFailure(fd);
      }
    }
    throw openFailure(fd);
  }

  private static Set<OpenFlags> namedFlags() {
    return OpenRequest.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW).names();
  }

  private static int open(Path path, Set<OpenFlags> flags) {
    int bits = new OpenRequest(flags, MODE, false).flags();
    try (Arena arena = Arena.ofConfined()) {
      return FileCalls.open(PathBytes.of(path, arena), bits, MODE);
    }
  }

  /** Returns the exception as if the file had been created under its name. */
  private MmanException openFailure(int result) {
    Failure failure = Failure.of("open", result).file(target);
    new OpenRequest(namedFlags(), MODE, false).addTo(failure);
    return failure.because(FileErrors.open(failure.error())).exception();
  }

  /**
   * Gives the file its name.
   *
   * @return false if another file already has the name, or if the file must be created in another
   *     way; the caller then abandons this one
   */
  public boolean publish(OpenFile file) {
    return switch (way) {
      case UNNAMED -> linkUnnamed(file);
      case TEMPORARY -> nameTemporary();
      case IN_PLACE -> true;
    };
  }

  private boolean linkUnnamed(OpenFile file) {
    int fd = file.acquire();
    try {
      if (ignoresUmask(file.identity(fd))) {
        way = Way.TEMPORARY;
        return false;
      }
      return isNamed(FileNames.linkDescriptor(fd, target), "linkat", Way.TEMPORARY);
    } finally {
      file.release();
    }
  }

  /**
   * Before Linux 6.0 the umask is ignored for an unnamed file on a file system without access
   * control lists. With such a list, the permissions may be right nevertheless.
   */
  private static boolean ignoresUmask(FileStatus status) {
    return status.permissions() == MODE && (Proc.umask().orElse(MODE) & MODE) != 0;
  }

  private boolean nameTemporary() {
    Path name = temporary;
    if (name == null) {
      throw new IllegalStateException("not created");
    }
    int result = FileNames.rename(name, target);
    if (result == 0) {
      temporary = null;
      return true;
    }
    return isNamed(result, "link", Way.IN_PLACE);
  }

  /**
   * Evaluates the result of a call that gives the file its name.
   *
   * @param other the way to create the file if the call is impossible
   */
  private boolean isNamed(int result, String call, Way other) {
    if (result == 0) {
      return true;
    }
    Failure failure = Failure.of(call, result).file(target);
    if (failure.error() == Errno.EEXIST) {
      return false;
    }
    if (!isNamingImpossible(failure.error())) {
      throw failure.because(FileErrors.open(failure.error())).exception();
    }
    way = other;
    return false;
  }

  /** There is no /proc, the file system lacks links, or a security policy forbids them. */
  private static boolean isNamingImpossible(Errno error) {
    return switch (error) {
      case ENOENT, EPERM, EACCES, EXDEV, EINVAL, ENOSYS, ELOOP, EMLINK -> true;
      case EOPNOTSUPP, ENOTSUP -> true;
      default -> false;
    };
  }

  /** Returns the exception for a name that exists each time the file is to get it. */
  public MmanException giveUp() {
    Failure failure = Failure.of("link", -Errno.EEXIST.number()).file(path);
    return failure.because("other processes keep creating and removing the file").exception();
  }

  /** Removes a temporary name. The file itself exists until it is closed and unmapped. */
  public void cancel() {
    Path name = temporary;
    temporary = null;
    if (name != null) {
      int result = FileNames.unlink(name);
      if (result < 0) {
        throw Failure.of("unlink", result).file(name).exception();
      }
    }
  }

  /** Removes a temporary name after a failure, to which a further failure is added. */
  public void cancelAfter(Throwable failure) {
    try {
      cancel();
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
    }
  }

  /**
   * Returns the path or, if it is a symbolic link, the path to which it leads, as O_CREAT would
   * follow a link whose target is missing.
   */
  private static Path targetOfLinks(Path path) {
    Path target = path;
    try {
      for (int i = 0; i < MAX_LINKS && Files.isSymbolicLink(target); i++) {
        target = target.resolveSibling(Files.readSymbolicLink(target));
      }
    } catch (IOException removed) {
      return path;
    }
    return target;
  }
}
