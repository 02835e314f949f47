package io.mman;

import io.mman.libc.FileStatus;
import io.mman.libc.ProcessCalls;
import io.mman.platform.Platform;
import io.mman.proc.Maps;
import io.mman.proc.Proc;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Whether mincore(2) tells this process the truth. Since Linux 5.2 it says "resident" for every
 * page of a file that the caller neither owns nor may write.
 */
final class ResidencyRights {
  /** Who has it counts as the owner of every file whose owner has a number here. */
  private static final int CAP_FOWNER = 3;

  /** In a user namespace, the number of all who have none. */
  private static final int NOBODY = 65534;

  private ResidencyRights() {}

  /**
   * Refuses to pass on what would be no answer.
   *
   * @throws UnsupportedOperationException if the kernel keeps the residency of the pages to itself
   */
  static void require(MemorySegment pages, Backing backing) {
    if (!Platform.current().isLinux()) {
      return; // no such rule there, and no /proc to ask
    }
    boolean told = backing.isOwn() ? areGiven(backing) : areGiven(pages);
    if (!told) {
      throw new UnsupportedOperationException(
          "residency of "
              + backing.describe()
              + ": not told to those who neither own the file nor may write it");
    }
  }

  private static boolean areGiven(Backing backing) {
    FileStatus status = backing.status();
    return status == null
        || backing.writable()
        || isOwner(status.owner())
        || isStillWritable(backing.path(), status.inode());
  }

  /** The same for a mapping that somebody else made, by what {@code /proc} says of its files. */
  private static boolean areGiven(MemorySegment pages) {
    if (ownsAll()) {
      return true;
    }
    for (Maps.Area area : Maps.overlapping(pages.address(), pages.byteSize())) {
      if (area.inode() != 0 && !isMine(area.path(), area.inode())) {
        return false;
      }
    }
    return true;
  }

  private static boolean isMine(String text, long inode) {
    if (!text.startsWith("/")) {
      return false; // no file with a name
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

  /** The path may name another file by now, which would say nothing of the one mapped. */
  private static boolean isStill(Path path, long inode) throws IOException {
    return ((Number) Files.getAttribute(path, "unix:ino")).longValue() == inode;
  }
}
