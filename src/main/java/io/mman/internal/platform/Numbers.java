package io.mman.internal.platform;

import java.util.Arrays;

/**
 * The number that a C constant has on each platform. A platform without a number lacks the
 * constant: zero by default would silently drop the request.
 *
 * <p>The numbers are unsigned 32-bit values, because {@code MAP_HUGE_16GB} sets bit 31.
 */
public final class Numbers {
  private static final long ABSENT = -1;
  private static final int PLATFORMS = Platform.UNKNOWN.column();

  /** One number for each known platform. */
  private final long[] numbers;

  private final long here;

  private Numbers(long[] numbers) {
    this.numbers = numbers;
    this.here = on(Platform.current());
  }

  /** Returns these numbers with another one on some platforms. */
  private Numbers with(long number, Platform... platforms) {
    long[] others = numbers.clone();
    for (Platform platform : platforms) {
      others[platform.column()] = number;
    }
    return new Numbers(others);
  }

  private static Numbers nowhere() {
    return filled(ABSENT);
  }

  private static Numbers filled(long number) {
    long[] numbers = new long[PLATFORMS];
    Arrays.fill(numbers, number);
    return new Numbers(numbers);
  }

  /** Returns the numbers of a constant that is the same on every known platform. */
  public static Numbers everywhere(long number) {
    return filled(number);
  }

  /** Returns the numbers of a constant that is the same on all processors of Linux. */
  public static Numbers linux(long number) {
    return nowhere().with(number, Platform.LINUX, Platform.LINUX_POWER, Platform.LINUX_S390X);
  }

  /** Returns the numbers of a constant that only macOS has. */
  public static Numbers onMacos(long number) {
    return nowhere().macos(number);
  }

  /** Returns the numbers of a constant that only FreeBSD has. */
  public static Numbers onFreebsd(long number) {
    return nowhere().freebsd(number);
  }

  /** Returns the numbers of a constant that only NetBSD has. */
  public static Numbers onNetbsd(long number) {
    return nowhere().netbsd(number);
  }

  /** Returns the numbers of a constant that only OpenBSD has. */
  public static Numbers onOpenbsd(long number) {
    return nowhere().openbsd(number);
  }

  /** Returns these numbers with another one on Linux for ppc64. */
  public Numbers power(long number) {
    return with(number, Platform.LINUX_POWER);
  }

  /** Returns these numbers with another one on Linux for s390x. */
  public Numbers s390x(long number) {
    return with(number, Platform.LINUX_S390X);
  }

  /** Returns these numbers with another one on Linux for the other processors. */
  Numbers linuxInstead(long number) {
    return with(number, Platform.LINUX);
  }

  /** Returns these numbers with that of macOS added. */
  public Numbers macos(long number) {
    return with(number, Platform.MACOS);
  }

  /** Returns these numbers with that of FreeBSD added. */
  public Numbers freebsd(long number) {
    return with(number, Platform.FREEBSD);
  }

  /** Returns these numbers with that of NetBSD added. */
  public Numbers netbsd(long number) {
    return with(number, Platform.NETBSD);
  }

  /** Returns these numbers with that of OpenBSD added. */
  public Numbers openbsd(long number) {
    return with(number, Platform.OPENBSD);
  }

  /**
   * Returns these numbers with one that macOS, FreeBSD, NetBSD and OpenBSD have in common, because
   * 4.4BSD had it already.
   */
  public Numbers bsd(long number) {
    return with(number, Platform.MACOS, Platform.FREEBSD, Platform.NETBSD, Platform.OPENBSD);
  }

  /** Returns whether the running platform has the constant. */
  public boolean isHere() {
    return here != ABSENT;
  }

  /** Returns whether a platform has the constant. */
  public boolean isOn(Platform platform) {
    return on(platform) != ABSENT;
  }

  /**
   * Returns the number on the running platform.
   *
   * @param prefix the prefix of the name in C, such as {@code MAP_}
   * @throws UnsupportedOperationException if the platform lacks the constant
   */
  public int here(String prefix, Enum<?> constant) {
    if (here == ABSENT) {
      throw Platform.lacks(prefix + constant.name());
    }
    return (int) here;
  }

  /** Returns the number on the running platform, or {@code -1} if it has none. */
  public long hereOrAbsent() {
    return here;
  }

  /** Returns the number on a platform, or {@code -1} if it has none. */
  public long on(Platform platform) {
    return platform == Platform.UNKNOWN ? ABSENT : numbers[platform.column()];
  }
}
