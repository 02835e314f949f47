package io.mman.durability;

import io.mman.testing.LibC;
import io.mman.testing.Requirements;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/**
 * A simulated disk with a volatile write cache, whose contents are lost when the power is cut. The
 * disk is kept in memory and mounted at the folder {@code disk}.
 *
 * <p>The file system of the disk is on a block device. The page cache of Linux is the cache of this
 * device. It is written to a file when the file system flushes the device, and only this file is
 * left after a power cut. The file is on another file system, ext4. While the file is read with
 * direct I/O, ext4 lets no write to it begin or end, so a single read sees the file at one moment.
 */
final class VolatileDisk {
  /** The name of a class in a module that the library does not require. */
  private static final String DIRECT = "com.sun.nio.file.ExtendedOpenOption";

  private static final int ALIGNMENT = 4096;

  /**
   * Mounts the disk below the folder {@code $0} with a size of {@code $1} bytes, and runs the
   * program in the other arguments. The device writes one page at a time, so that the power can be
   * cut between any two pages. A loop device is removed as soon as it is no longer open.
   */
  private static final String MOUNT =
      """
      set -e
      mkdir -p "$0/medium" "$0/disk" "$0/copy"
      truncate -s $(($1 * 5 / 4 + 2097152)) "$0/medium.img"
      mkfs.ext4 -q -F -O ^has_journal "$0/medium.img"
      mount -o loop "$0/medium.img" "$0/medium"
      head -c $1 /dev/zero > "$0/medium/disk.img"
      mkfs.ext4 -q -F -b 1024 -J size=1 "$0/medium/disk.img"
      cache=$(losetup -f --show "$0/medium/disk.img")
      mount -o loop "$cache" "$0/disk" || { losetup -d "$cache"; exit 1; }
      losetup -d "$cache"
      limit=/sys/block/${cache#/dev/}/queue/max_sectors_kb
      usual=$(cat "$limit")
      echo 4 > "$limit" || :
      truncate -s $1 "$0/copy.img"
      copy=$(losetup -f --show "$0/copy.img")
      echo "$copy" > "$0/device"
      exec 3<>"$copy"
      losetup -d "$copy"
      shift
      status=0
      "$@" || status=$?
      echo "$usual" > "$limit"
      exit $status
      """;

  private final ByteBuffer bytes;
  private final FileChannel medium;
  private final FileChannel copy;
  private final String device;
  private final String mount;

  VolatileDisk(Path folder, int size) throws IOException {
    bytes = ByteBuffer.allocateDirect(size + ALIGNMENT).alignedSlice(ALIGNMENT).slice(0, size);
    device = Files.readString(folder.resolve("device")).strip();
    mount = folder.resolve("copy").toString();
    medium = FileChannel.open(folder.resolve("medium/disk.img"), StandardOpenOption.READ, direct());
    copy = FileChannel.open(Path.of(device), StandardOpenOption.WRITE);
  }

  /** Returns a prefix for commands that mounts the disk before it runs them. */
  static String[] mountedAt(Path folder, int size) {
    Requirements.requirePrograms("mkfs.ext4", "losetup");
    String[] words = {
      "unshare", "-m", "sh", "-c", MOUNT, folder.toString(), Integer.toString(size)
    };
    String[] trial = Arrays.copyOf(words, words.length + 1);
    trial[words.length] = "true";
    Requirements.requireSuccess("the right to mount", trial);
    return words;
  }

  private static OpenOption direct() {
    try {
      return (OpenOption) Class.forName(DIRECT).getField("DIRECT").get(null);
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(e);
    }
  }

  /** Saves the contents that a power cut would leave at this moment. */
  void cut() throws IOException {
    int read = medium.read(bytes.clear(), 0);
    if (bytes.hasRemaining()) {
      throw new AssertionError(read + " bytes in one read");
    }
  }

  /** An operation on the disk after a power cut. */
  interface Recovery {
    long recover(Path folder) throws IOException;
  }

  /**
   * Mounts the contents saved by {@link #cut}, so the file system recovers, and runs an operation.
   */
  long recover(Recovery recovery) throws IOException {
    bytes.flip();
    while (bytes.hasRemaining()) {
      copy.write(bytes, bytes.position());
    }
    LibC.mount(device, mount, "ext4");
    try {
      return recovery.recover(Path.of(mount));
    } finally {
      LibC.unmount(mount);
    }
  }
}
