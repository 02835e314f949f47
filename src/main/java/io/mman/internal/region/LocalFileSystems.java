package io.mman.internal.region;

/**
 * The file systems of this machine whose files have one set of contents each, whichever descriptor
 * they are read by. Others may have several, such as network file systems with their caches.
 */
final class LocalFileSystems {
  // The f_type values of statfs(2).
  private static final int EXT4 = 0xEF53;
  private static final int XFS = 0x58465342;
  private static final int BTRFS = 0x9123683E;
  private static final int F2FS = 0xF2F52010;
  private static final int ZFS = 0x2FC12FC1;
  private static final int BCACHEFS = 0xCA451A4E;
  private static final int TMPFS = 0x01021994;
  private static final int HUGETLBFS = 0x958458F6;
  private static final int OVERLAYFS = 0x794C7630;

  private LocalFileSystems() {}

  /** Returns whether device and inode number identify a file, and its contents with it. */
  static boolean identifyFiles(int type) {
    return switch (type) {
      case EXT4, XFS, BTRFS, F2FS, ZFS, BCACHEFS, TMPFS, HUGETLBFS -> true;
      default -> false;
    };
  }

  /** Returns whether a reader may have the original of a file that a writer has copied. */
  static boolean isOverlay(int type) {
    return type == OVERLAYFS;
  }
}
