package io.mman;

/**
 * The kinds of access that the pages of a mapping allow: one constant for each of the eight
 * combinations of {@code PROT_READ}, {@code PROT_WRITE} and {@code PROT_EXEC}. Their numbers are
 * the same on every platform.
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/mprotect.2.html">mprotect(2)</a>
 */
public enum Protection {
  /** The pages cannot be accessed: {@code PROT_NONE}. */
  NONE(0),
  /** The pages can be read: {@code PROT_READ}. */
  READ(1),
  /**
   * The pages can be written: {@code PROT_WRITE}. Most processors also allow reading; mman does
   * not.
   */
  WRITE(2),
  /** The pages can be read and written: {@code PROT_READ | PROT_WRITE}. */
  READ_WRITE(3),
  /** The pages can be executed: {@code PROT_EXEC}. */
  EXEC(4),
  /** The pages can be read and executed: {@code PROT_READ | PROT_EXEC}. */
  READ_EXEC(5),
  /** The pages can be written and executed: {@code PROT_WRITE | PROT_EXEC}. */
  WRITE_EXEC(6),
  /** The pages can be read, written and executed: {@code PROT_READ | PROT_WRITE | PROT_EXEC}. */
  READ_WRITE_EXEC(7);

  private final int bits;

  Protection(int bits) {
    this.bits = bits;
  }

  /**
   * Returns whether the pages may be read.
   *
   * @return true if {@code PROT_READ} is part of this protection
   */
  public boolean canRead() {
    return (bits & 1) != 0;
  }

  /**
   * Returns whether the pages may be written.
   *
   * @return true if {@code PROT_WRITE} is part of this protection
   */
  public boolean canWrite() {
    return (bits & 2) != 0;
  }

  /**
   * Returns whether the pages may be executed.
   *
   * @return true if {@code PROT_EXEC} is part of this protection
   */
  public boolean canExecute() {
    return (bits & 4) != 0;
  }

  /**
   * Returns the number of this protection in C, which is the same on every platform.
   *
   * @return the bits of {@code PROT_READ} (1), {@code PROT_WRITE} (2) and {@code PROT_EXEC} (4)
   */
  public int bits() {
    return bits;
  }
}
