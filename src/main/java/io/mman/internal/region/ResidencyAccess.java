package io.mman.internal.region;

import io.mman.internal.libc.FileStatus;
import io.mman.internal.libc.PathBytes;
import io.mman.internal.libc.ProcessCalls;
import io.mman.internal.platform.Platform;
import io.mman.internal.proc.Maps;
import io.mman.internal.proc.Proc;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether mincore(2) answers truthfully. Since Linux 5.2 it reports every page as resident
 * for a file that the caller neither owns nor may write.
 */
final class ResidencyAccess {
  /** A process with this capability counts as the owner of every file. */
  private static final int CAP_FOWNER = 3;

  /** In a user namespace, the number of every user that has no number there. */
  private static final int NOBODY = 65534;

  private ResidencyAccess() {}

  /**
   * Refuses a query whose answer would be false.
   *
   * @throws UnsupportedOperationException if the kernel hides the residency of the pages, or if
   *     {@code /proc} is needed to find out and cannot be read
   */
  static void require(MemorySegment pages, Backing backing) {
    if (!Platform.current().isLinux()) {
      return; // other systems have neither the rule nor /proc
    }
    boolean granted = backing.isOwn() ? isGranted(backing) : isGranted(pages);
    if (!granted) {
      throw new UnsupportedOperationException(
          "Linux hides the residency of "
              + backing.describe()
              + " from a process that neither owns the file nor may write it");
    }
  }

  private static boolean isGranted(Backing backing) {
    FileStatus status = backing.status();
    return status == null
        || backing.writable()
        || isOwner(status.owner())
        || isStillWritable(backing.path(), status.inode());
  }

  /** Decides the same for a mapping made elsewhere, by what {@code /proc} says about its files. */
  private static boolean isGranted(MemorySegment pages) {
    if (ownsAll()) {
      return true;
    }
    for (Maps.Area area : Maps.overlapping(pages.address(), pages.byteSize())) {
      if (area.inode() != 0 && !isOwnOrWritable(area.path(), area.inode())) {
        return false;
      }
    }
    return true;
  }

  private static boolean isOwnOrWritable(String text, long inode) {
    if (!text.startsWith("/")) {
      return false; // a file without a name
    }
    Path path = PathBytes.ofProcText(text);
    try {
      return isStill(path, inode)
          && (Files.isWritable(path) || isOwner((int) Files.getAttribute(path, "unix:uid")));
    } catch (IOException | UnsupportedOperationException e) {
      return false;
    }
  }

  private static boolean isOwner(int user) {
    return (user == ProcessCalls.geteuid() && (user != NOBODY || Proc.mapsAllUsers())) || ownsAll();
  }

  private static boolean ownsAll() {
    return Proc.mapsAllUsers() && Proc.hasCapability(CAP_FOWNER);
  }

  private static boolean isStillWritable(@Nullable Path path, long inode) {
    try {
      return path != null && Files.isWritable(path) && isStill(path, inode);
    } catch (IOException | UnsupportedOperationException e) {
      return false;
    }
  }

  /** Returns whether the path still names the mapped file and not another one. */
  private static boolean isStill(Path path, long inode) throws IOException {
    return ((Number) Files.getAttribute(path, "unix:ino")).longValue() == inode;
  }
}
