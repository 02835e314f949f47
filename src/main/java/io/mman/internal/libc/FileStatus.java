package io.mman.internal.libc;

import io.mman.internal.platform.StatLayout;
import java.nio.ByteBuffer;

/** The status of an open file: those fields of fstat(2) that a mapping needs. */
public final class FileStatus {
  private static final int S_IFMT = 0xF000;
  private static final int S_IFREG = 0x8000;
  private static final int S_IFBLK = 0x6000;
  private static final int S_IFCHR = 0x2000;
  private static final int S_IFSOCK = 0xC000;

  private long device;
  private long inode;
  private int mode;
  private int owner;
  private long size;
  private long blockSize;

  void read(ByteBuffer stat, StatLayout layout) {
    device = layout.device(stat);
    inode = layout.inode(stat);
    mode = layout.mode(stat);
    if (layout.hasFilesWithoutType() && (mode & S_IFMT) == 0) {
      mode |= S_IFREG;
    }
    owner = layout.uid(stat);
    size = layout.size(stat);
    blockSize = layout.blockSize(stat);
  }

  /** Returns the status of the same file with another length. */
  public FileStatus withSize(long newSize) {
    FileStatus status = new FileStatus();
    status.device = device;
    status.inode = inode;
    status.mode = mode;
    status.owner = owner;
    status.size = newSize;
    status.blockSize = blockSize;
    return status;
  }

  /** Returns the number of the device that the file is on. */
  public long device() {
    return device;
  }

  /** Returns the number of the file on its device. */
  public long inode() {
    return inode;
  }

  /** Returns whether the file has a length; a device has none. */
  public boolean isRegular() {
    return (mode & S_IFMT) == S_IFREG;
  }

  /** Returns whether the file is a block device, which has a size. */
  public boolean isBlockDevice() {
    return (mode & S_IFMT) == S_IFBLK;
  }

  /** Returns whether the file is a device of either kind. */
  public boolean isDevice() {
    return isBlockDevice() || (mode & S_IFMT) == S_IFCHR;
  }

  /** Returns whether the file is a socket. */
  public boolean isSocket() {
    return (mode & S_IFMT) == S_IFSOCK;
  }

  /** Returns whether both are statuses of one file. */
  public boolean isSameFile(FileStatus other) {
    return device == other.device && inode == other.inode;
  }

  /** Returns the permissions, such as 0644. */
  public int permissions() {
    return mode & 0777;
  }

  /** Returns the number of the user who owns the file. */
  public int owner() {
    return owner;
  }

  /** Returns the length in bytes, or 0 for a device. */
  public long size() {
    return size;
  }

  /** Returns the block size in bytes. It is the page size of a file that has huge pages. */
  public long blockSize() {
    return blockSize;
  }
}
