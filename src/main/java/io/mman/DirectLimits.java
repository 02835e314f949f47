package io.mman;

/**
 * What the kernel demands of transfers that bypass the page cache ({@code
 * ExtendedOpenOption.DIRECT}) and of atomic writes ({@link WriteFlag#ATOMIC}). All figures are
 * numbers of bytes, and 0 if the file does not support such transfers or the kernel does not report
 * the figure.
 *
 * @param memoryAlignment the address of the memory must be a multiple of this for a direct transfer
 *     (reported since Linux 6.1)
 * @param offsetAlignment the position and the number of bytes must be multiples of this for a
 *     direct transfer (reported since Linux 6.1)
 * @param atomicMin the least number of bytes of an atomic write (reported since Linux 6.11)
 * @param atomicMax the greatest number of bytes of an atomic write (reported since Linux 6.11)
 * @see <a href="https://man7.org/linux/man-pages/man2/statx.2.html">statx(2), STATX_DIOALIGN</a>
 */
public record DirectLimits(
    int memoryAlignment, int offsetAlignment, int atomicMin, int atomicMax) {}
