package io.mman;

/**
 * What may be done with the pages of a mapping: the eight exact combinations of {@code PROT_READ},
 * {@code PROT_WRITE} and {@code PROT_EXEC}, whose numbers are the same on every platform.
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/mprotect.2.html">mprotect(2)</a>
 */
public enum Protection {
  /** No access at all: {@code PROT_NONE}. */
  NONE(0),
  /** {@code PROT_READ}. */
  READ(1),
  /** {@code PROT_WRITE}; most processors allow reading as well, mman does not. */
  WRITE(2),
  /** {@code PROT_READ | PROT_WRITE}. */
  READ_WRITE(3),
  /** {@code PROT_EXEC}. */
  EXEC(4),
  /** {@code PROT_READ | PROT_EXEC}. */
  READ_EXEC(5),
  /** {@code PROT_WRITE | PROT_EXEC}. */
  WRITE_EXEC(6),
  /** {@code PROT_READ | PROT_WRITE | PROT_EXEC}. */
  READ_WRITE_EXEC(7);

  private final int bits;

  Protection(int bits) {
    this.bits = bits;
  }

  /**
   * Tells whether the pages may be read.
   *
   * @return true if {@code PROT_READ} is part of this protection
   */
  public boolean canRead() {
    return (bits & 1) != 0;
  }

  /**
   * Tells whether the pages may be written.
   *
   * @return true if {@code PROT_WRITE} is part of this protection
   */
  public boolean canWrite() {
    return (bits & 2) != 0;
  }

  /**
   * Tells whether the pages may be executed.
   *
   * @return true if {@code PROT_EXEC} is part of this protection
   */
  public boolean canExecute() {
    return (bits & 4) != 0;
  }

  /**
   * Returns C's number of this protection, which is the same on every platform.
   *
   * @return the bits of {@code PROT_READ} (1), {@code PROT_WRITE} (2) and {@code PROT_EXEC} (4)
   */
  public int bits() {
    return bits;
  }
}
