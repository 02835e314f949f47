package io.mman.internal.platform;

import java.nio.ByteBuffer;

/**
 * The offsets in bytes of the fields of {@code struct statx} that struct stat lacks: linux/stat.h,
 * the same on all processors.
 */
public final class StatxLayout {
  /** The size of the structure. */
  public static final int BYTES = 256;

  /** Requests, and marks as filled in, when the file was created. */
  public static final int STATX_BTIME = 0x800;

  /** Requests, and marks as filled in, the alignment of direct transfers. */
  public static final int STATX_DIOALIGN = 0x2000;

  /** Requests, and marks as filled in, the sizes of atomic writes. */
  public static final int STATX_WRITE_ATOMIC = 0x10000;

  private static final int MASK = 0;
  private static final int BTIME = 80;
  private static final int DIO_MEM_ALIGN = 152;
  private static final int DIO_OFFSET_ALIGN = 156;
  private static final int ATOMIC_WRITE_UNIT_MIN = 168;
  private static final int ATOMIC_WRITE_UNIT_MAX = 172;

  private StatxLayout() {}

  /** Returns stx_btime.tv_sec, or 0 if the kernel has not filled it in. */
  public static long birthSeconds(ByteBuffer statx) {
    return (statx.getInt(MASK) & STATX_BTIME) == 0 ? 0 : statx.getLong(BTIME);
  }

  /** Returns stx_btime.tv_nsec, or 0 if the kernel has not filled it in. */
  public static int birthNanos(ByteBuffer statx) {
    return field(statx, STATX_BTIME, BTIME + Long.BYTES);
  }

  /** Returns stx_dio_mem_align, or 0 if the kernel has not filled it in. */
  public static int memoryAlignment(ByteBuffer statx) {
    return field(statx, STATX_DIOALIGN, DIO_MEM_ALIGN);
  }

  /** Returns stx_dio_offset_align, or 0 if the kernel has not filled it in. */
  public static int offsetAlignment(ByteBuffer statx) {
    return field(statx, STATX_DIOALIGN, DIO_OFFSET_ALIGN);
  }

  /** Returns stx_atomic_write_unit_min, or 0 if the kernel has not filled it in. */
  public static int atomicMin(ByteBuffer statx) {
    return field(statx, STATX_WRITE_ATOMIC, ATOMIC_WRITE_UNIT_MIN);
  }

  /** Returns stx_atomic_write_unit_max, or 0 if the kernel has not filled it in. */
  public static int atomicMax(ByteBuffer statx) {
    return field(statx, STATX_WRITE_ATOMIC, ATOMIC_WRITE_UNIT_MAX);
  }

  private static int field(ByteBuffer statx, int bit, int offset) {
    return (statx.getInt(MASK) & bit) == 0 ? 0 : statx.getInt(offset);
  }
}
