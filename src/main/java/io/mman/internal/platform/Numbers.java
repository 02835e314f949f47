package io.mman.internal.platform;

/**
 * The number that one C constant has on each platform. A platform that was not given one lacks the
 * constant; it is never zero by default, which would silently drop the request.
 *
 * <p>Numbers are unsigned 32-bit values: {@code MAP_HUGE_16GB} sets bit 31.
 */
public final class Numbers {
  private static final long ABSENT = -1;

  private final long linux;
  private final long power;
  private final long s390x;
  private final long macos;
  private final long freebsd;
  private final long here;

  private Numbers(long linux, long power, long s390x, long macos, long freebsd) {
    this.linux = linux;
    this.power = power;
    this.s390x = s390x;
    this.macos = macos;
    this.freebsd = freebsd;
    this.here = on(Platform.current());
  }

  /** A constant with one number on every known platform. */
  public static Numbers everywhere(long number) {
    return new Numbers(number, number, number, number, number);
  }

  /** A constant of Linux, on all its processors. */
  public static Numbers linux(long number) {
    return new Numbers(number, number, number, ABSENT, ABSENT);
  }

  /** A constant of macOS. */
  public static Numbers onMacos(long number) {
    return new Numbers(ABSENT, ABSENT, ABSENT, number, ABSENT);
  }

  /** A constant of FreeBSD. */
  public static Numbers onFreebsd(long number) {
    return new Numbers(ABSENT, ABSENT, ABSENT, ABSENT, number);
  }

  /** The same, but with this number on Linux for ppc64. */
  public Numbers power(long number) {
    return new Numbers(linux, number, s390x, macos, freebsd);
  }

  /** The same, but with this number on Linux for s390x. */
  public Numbers s390x(long number) {
    return new Numbers(linux, power, number, macos, freebsd);
  }

  /** The same, but with this number on Linux with the generic numbers. */
  Numbers linuxInstead(long number) {
    return new Numbers(number, power, s390x, macos, freebsd);
  }

  /** The same, and with this number on macOS. */
  public Numbers macos(long number) {
    return new Numbers(linux, power, s390x, number, freebsd);
  }

  /** The same, and with this number on FreeBSD. */
  public Numbers freebsd(long number) {
    return new Numbers(linux, power, s390x, macos, number);
  }

  /** Tells whether the running platform has the constant. */
  public boolean isHere() {
    return here != ABSENT;
  }

  /** Tells whether a platform has the constant. */
  public boolean isOn(Platform platform) {
    return on(platform) != ABSENT;
  }

  /**
   * Returns the number on the running platform.
   *
   * @param prefix what C puts before the name, such as {@code MAP_}
   * @throws UnsupportedOperationException if the platform lacks the constant
   */
  public int here(String prefix, Enum<?> constant) {
    if (here == ABSENT) {
      throw Platform.lacks(prefix + constant.name());
    }
    return (int) here;
  }

  /** Returns the number on the running platform, or {@code -1} where it is absent. */
  public long hereOrAbsent() {
    return here;
  }

  /** Returns the number on a platform, or {@code -1} where it is absent. */
  public long on(Platform platform) {
    return switch (platform) {
      case LINUX -> linux;
      case LINUX_POWER -> power;
      case LINUX_S390X -> s390x;
      case MACOS -> macos;
      case FREEBSD -> freebsd;
      case UNKNOWN -> ABSENT;
    };
  }
}
