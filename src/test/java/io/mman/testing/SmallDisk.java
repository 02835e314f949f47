package io.mman.testing;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** File systems of a few MiB that a child JVM sees mounted, in a mount namespace of its own. */
public enum SmallDisk {
  TMPFS("mount -t tmpfs -o size=8m none \"$0\"", "true"),
  EXT4(
      "truncate -s 16m \"$0.img\" && mkfs.ext4 -q -F -m 0 \"$0.img\""
          + " && mount -o loop \"$0.img\" \"$0\"",
      "mkfs.ext4");

  private final String mount;
  private final String needs;

  SmallDisk(String mount, String needs) {
    this.mount = mount;
    this.needs = needs;
  }

  /** Returns where the disk is mounted below a folder. */
  public String path(Path folder) {
    return folder.resolve("disk").toString();
  }

  /** Returns the words that a command is prefixed with, so that it sees the disk mounted. */
  public String[] mountedAt(Path folder) {
    Requirements.requirePrograms(needs);
    String shell = "mkdir -p \"$0\" && " + mount + " && exec \"$@\"";
    String[] words = {"unshare", "-m", "sh", "-c", shell, path(folder)};
    String[] trial = Arrays.copyOf(words, words.length + 1);
    trial[words.length] = "true";
    Requirements.requireSuccess("the right to mount", trial);
    return words;
  }

  /** Returns how many bytes of the disk a file takes. */
  public static long blockBytes(Path path) {
    String blocks = Command.run(List.of("stat", "-c", "%b", path.toString())).success().strip();
    return 512 * Long.parseLong(blocks);
  }
}
