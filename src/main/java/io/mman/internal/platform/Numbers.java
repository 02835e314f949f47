package io.mman.internal.platform;

/**
 * The number that a C constant has on each platform. A platform without a number lacks the
 * constant: zero by default would silently drop the request.
 *
 * <p>The numbers are unsigned 32-bit values, because {@code MAP_HUGE_16GB} sets bit 31.
 */
public final class Numbers {
  private static final long ABSENT = -1;

  /** The numbers of a constant that no platform has. */
  private static final Numbers NOWHERE =
      new Numbers(ABSENT, ABSENT, ABSENT, ABSENT, ABSENT, ABSENT, ABSENT);

  private final long linux;
  private final long power;
  private final long s390x;
  private final long macos;
  private final long freebsd;
  private final long netbsd;
  private final long openbsd;
  private final long here;

  private Numbers(
      long linux, long power, long s390x, long macos, long freebsd, long netbsd, long openbsd) {
    this.linux = linux;
    this.power = power;
    this.s390x = s390x;
    this.macos = macos;
    this.freebsd = freebsd;
    this.netbsd = netbsd;
    this.openbsd = openbsd;
    this.here = on(Platform.current());
  }

  /** Returns the numbers of a constant that is the same on every known platform. */
  public static Numbers everywhere(long number) {
    return new Numbers(number, number, number, number, number, number, number);
  }

  /** Returns the numbers of a constant that is the same on all processors of Linux. */
  public static Numbers linux(long number) {
    return new Numbers(number, number, number, ABSENT, ABSENT, ABSENT, ABSENT);
  }

  /** Returns the numbers of a constant that only macOS has. */
  public static Numbers onMacos(long number) {
    return NOWHERE.macos(number);
  }

  /** Returns the numbers of a constant that only FreeBSD has. */
  public static Numbers onFreebsd(long number) {
    return NOWHERE.freebsd(number);
  }

  /** Returns the numbers of a constant that only NetBSD has. */
  public static Numbers onNetbsd(long number) {
    return NOWHERE.netbsd(number);
  }

  /** Returns the numbers of a constant that only OpenBSD has. */
  public static Numbers onOpenbsd(long number) {
    return NOWHERE.openbsd(number);
  }

  /** Returns these numbers with another one on Linux for ppc64. */
  public Numbers power(long number) {
    return new Numbers(linux, number, s390x, macos, freebsd, netbsd, openbsd);
  }

  /** Returns these numbers with another one on Linux for s390x. */
  public Numbers s390x(long number) {
    return new Numbers(linux, power, number, macos, freebsd, netbsd, openbsd);
  }

  /** Returns these numbers with another one on Linux for the other processors. */
  Numbers linuxInstead(long number) {
    return new Numbers(number, power, s390x, macos, freebsd, netbsd, openbsd);
  }

  /** Returns these numbers with that of macOS added. */
  public Numbers macos(long number) {
    return new Numbers(linux, power, s390x, number, freebsd, netbsd, openbsd);
  }

  /** Returns these numbers with that of FreeBSD added. */
  public Numbers freebsd(long number) {
    return new Numbers(linux, power, s390x, macos, number, netbsd, openbsd);
  }

  /** Returns these numbers with that of NetBSD added. */
  public Numbers netbsd(long number) {
    return new Numbers(linux, power, s390x, macos, freebsd, number, openbsd);
  }

  /** Returns these numbers with that of OpenBSD added. */
  public Numbers openbsd(long number) {
    return new Numbers(linux, power, s390x, macos, freebsd, netbsd, number);
  }

  /**
   * Returns these numbers with one that macOS, FreeBSD, NetBSD and OpenBSD have in common, because
   * 4.4BSD had it already.
   */
  public Numbers bsd(long number) {
    return new Numbers(linux, power, s390x, number, number, number, number);
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
    return switch (platform) {
      case LINUX -> linux;
      case LINUX_POWER -> power;
      case LINUX_S390X -> s390x;
      case MACOS -> macos;
      case FREEBSD -> freebsd;
      case NETBSD -> netbsd;
      case OPENBSD -> openbsd;
      case UNKNOWN -> ABSENT;
    };
  }
}
