package io.mman.internal.platform;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The offsets in bytes of the fields of {@code struct stat} that a mapping needs. They are those of
 * bits/stat.h of glibc and musl for each processor, and of sys/stat.h of the other systems.
 *
 * <p>The numbers of a constant are the offset and the size of st_dev, the offset of st_ino, the
 * offset and the size of st_mode, the offsets of st_uid and st_size, and the offset and the size of
 * st_blksize.
 */
public enum StatLayout {
  /** Linux on x86_64 and ppc64, where st_nlink is 64 bits wide and comes before st_mode. */
  LINUX_WIDE(0, 8, 8, 24, 4, 28, 48, 56, 8),
  /** Linux on s390x: the same, except that st_blksize comes after the time stamps. */
  LINUX_S390X(0, 8, 8, 24, 4, 28, 48, 104, 8),
  /** Linux on aarch64, riscv64 and loongarch64: asm-generic/stat.h. */
  LINUX_GENERIC(0, 8, 8, 16, 4, 24, 48, 56, 4),
  /** macOS with 64-bit inodes. */
  MACOS(0, 4, 8, 4, 2, 16, 96, 112, 4),
  /** FreeBSD 12 and later. */
  FREEBSD(0, 8, 8, 24, 2, 28, 112, 128, 4),
  /** NetBSD 5 and later: the structure of {@code __fstat50}, with st_mode before st_ino. */
  NETBSD(0, 8, 16, 8, 4, 28, 112, 128, 4),
  /** OpenBSD 5.5 and later, where st_mode comes first. */
  OPENBSD(4, 4, 8, 0, 4, 20, 80, 96, 4);

  /** An upper bound of the size of the structure on any platform. */
  public static final int MAX_BYTES = 256;

  private static final @Nullable StatLayout CURRENT = of(Platform.current(), Arch.current());

  private final int device;
  private final int deviceBytes;
  private final int inode;
  private final int mode;
  private final int modeBytes;
  private final int uid;
  private final int size;
  private final int blockSize;
  private final int blockSizeBytes;

  StatLayout(
      int device,
      int deviceBytes,
      int inode,
      int mode,
      int modeBytes,
      int uid,
      int size,
      int blockSize,
      int blockSizeBytes) {
    this.device = device;
    this.deviceBytes = deviceBytes;
    this.inode = inode;
    this.mode = mode;
    this.modeBytes = modeBytes;
    this.uid = uid;
    this.size = size;
    this.blockSize = blockSize;
    this.blockSizeBytes = blockSizeBytes;
  }

  /**
   * Returns the layout of the running platform.
   *
   * @throws UnsupportedOperationException if the platform is not known
   */
  public static StatLayout current() {
    if (CURRENT == null) {
      throw Platform.lacks("struct stat");
    }
    return CURRENT;
  }

  /** Returns the layout on a platform, or null if the platform is not known. */
  static @Nullable StatLayout of(Platform platform, Arch arch) {
    if (platform.isLinux()) {
      return arch.usesGenericNumbers()
          ? LINUX_GENERIC
          : arch == Arch.S390X ? LINUX_S390X : LINUX_WIDE;
    }
    return platform == Platform.UNKNOWN ? null : valueOf(platform.name());
  }

  /** Returns st_dev, the device that the file is on. */
  public long device(ByteBuffer stat) {
    return deviceBytes == 8 ? stat.getLong(device) : stat.getInt(device);
  }

  /** Returns st_ino, the number of the file on its device. */
  public long inode(ByteBuffer stat) {
    return stat.getLong(inode);
  }

  /** Returns f_type of Linux's {@code struct statfs}: 64 bits, or 32 bits on s390x. */
  public int fileSystem(ByteBuffer statfs) {
    return this == LINUX_S390X ? statfs.getInt(0) : (int) statfs.getLong(0);
  }

  /** Returns st_mode, the type of the file and its permissions. */
  public int mode(ByteBuffer stat) {
    return modeBytes == 2 ? Short.toUnsignedInt(stat.getShort(mode)) : stat.getInt(mode);
  }

  /**
   * Returns whether st_mode has no file type for some files that have a length: POSIX shared memory
   * on macOS, and files of memfd_create(2) on NetBSD.
   */
  public boolean hasFilesWithoutType() {
    return this == MACOS || this == NETBSD;
  }

  /** Returns st_uid, the user who owns the file. */
  public int uid(ByteBuffer stat) {
    return stat.getInt(uid);
  }

  /** Returns st_size, the length in bytes. */
  public long size(ByteBuffer stat) {
    return stat.getLong(size);
  }

  /** Returns st_blksize in bytes. It is the page size of a file that consists of huge pages. */
  public long blockSize(ByteBuffer stat) {
    return blockSizeBytes == 8 ? stat.getLong(blockSize) : stat.getInt(blockSize);
  }

  /** Returns the version number that {@code __fxstat} of glibc before 2.33 requires. */
  public int version() {
    return this == LINUX_GENERIC ? 0 : 1;
  }
}
