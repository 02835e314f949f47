package io.mman.internal.proc;

import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How much of a file {@code MADV_WILLNEED} reads in one range: the read-ahead window of its device,
 * or the largest transfer of that device if this is larger.
 */
public final class ReadAhead {
  /**
   * The window of most devices. Larger pieces are no faster (256 MiB took 290 to 380 ms in pieces
   * of 64 KiB to 2560 KiB), and a file that was opened earlier may still have a smaller window.
   */
  public static final long USUAL = 128 << 10;

  private static final int KIB = 1024;

  /** The windows of the devices that have been asked for. A system has few devices. */
  private static final ConcurrentHashMap<Long, Long> KNOWN = new ConcurrentHashMap<>();

  private ReadAhead() {}

  /**
   * Returns a number of bytes that one range may have so that all of it is read: {@link #USUAL}, or
   * less if the device has a smaller window. It is at least 1024.
   *
   * @param device the device of a file, as stat(2) gives it
   */
  public static long piece(long device) {
    Long known = KNOWN.get(device);
    if (known == null) {
      known = find(device);
      KNOWN.put(device, known);
    }
    return known;
  }

  private static long find(long device) {
    String name = major(device) + ":" + minor(device);
    String disk = "/sys/dev/block/" + name;
    OptionalLong transfer = Proc.number(disk + "/queue/max_sectors_kb");
    if (transfer.isEmpty()) {
      transfer = Proc.number(disk + "/../queue/max_sectors_kb"); // the disk of a partition
    }
    OptionalLong window = Proc.number("/sys/class/bdi/" + name + "/read_ahead_kb");
    if (window.isEmpty() && transfer.isEmpty()) {
      return USUAL;
    }
    long kib = Math.max(window.orElse(0), transfer.orElse(0));
    return Math.clamp(kib * KIB, KIB, USUAL);
  }

  /** As gnu_dev_major of glibc. */
  private static long major(long device) {
    return (device >>> 8 & 0xfff) | (device >>> 32 & ~0xfffL);
  }

  /** As gnu_dev_minor of glibc. */
  private static long minor(long device) {
    return (device & 0xff) | (device >>> 12 & ~0xffL & 0xffffffffL);
  }
}
