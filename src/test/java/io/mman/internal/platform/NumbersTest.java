package io.mman.internal.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The value of a constant on each platform, for each way to create it. */
class NumbersTest {
  private static final long ABSENT = -1;

  /** Linux, s390x, ppc64, macOS, FreeBSD, NetBSD, OpenBSD and any other, in the enum's order. */
  private static void assertNumbers(Numbers numbers, Long... expected) {
    List<Platform> platforms = List.of(Platform.values());
    assertEquals(List.of(expected), platforms.stream().map(numbers::on).toList());
    assertEquals(
        Arrays.stream(expected).map(number -> number != ABSENT).toList(),
        platforms.stream().map(numbers::isOn).toList());

    long here = numbers.on(Platform.current());
    assertEquals(here, numbers.hereOrAbsent());
    assertEquals(here != ABSENT, numbers.isHere());
  }

  @Test
  void aConstantIsAbsentWhereItWasGivenNoNumber() {
    Long no = ABSENT;
    assertNumbers(Numbers.everywhere(7), 7L, 7L, 7L, 7L, 7L, 7L, 7L, no);
    assertNumbers(Numbers.linux(7), 7L, 7L, 7L, no, no, no, no, no);
    assertNumbers(Numbers.onMacos(7), no, no, no, 7L, no, no, no, no);
    assertNumbers(Numbers.onFreebsd(7), no, no, no, no, 7L, no, no, no);
    assertNumbers(Numbers.onNetbsd(7), no, no, no, no, no, 7L, no, no);
    assertNumbers(Numbers.onOpenbsd(7), no, no, no, no, no, no, 7L, no);
  }

  @Test
  void aNumberOfOnePlatformLeavesTheOthersAlone() {
    Numbers everywhere = Numbers.everywhere(7);
    assertNumbers(everywhere.linuxInstead(8), 8L, 7L, 7L, 7L, 7L, 7L, 7L, ABSENT);
    assertNumbers(everywhere.s390x(8), 7L, 8L, 7L, 7L, 7L, 7L, 7L, ABSENT);
    assertNumbers(everywhere.power(8), 7L, 7L, 8L, 7L, 7L, 7L, 7L, ABSENT);
    assertNumbers(everywhere.macos(8), 7L, 7L, 7L, 8L, 7L, 7L, 7L, ABSENT);
    assertNumbers(everywhere.freebsd(8), 7L, 7L, 7L, 7L, 8L, 7L, 7L, ABSENT);
    assertNumbers(everywhere.netbsd(8), 7L, 7L, 7L, 7L, 7L, 8L, 7L, ABSENT);
    assertNumbers(everywhere.openbsd(8), 7L, 7L, 7L, 7L, 7L, 7L, 8L, ABSENT);
  }

  @Test
  void macosAndTheBsdsMayHaveANumberInCommon() {
    assertNumbers(Numbers.linux(7).bsd(8), 7L, 7L, 7L, 8L, 8L, 8L, 8L, ABSENT);
  }

  /** The value of SYNC on FreeBSD: a number like any other. */
  @Test
  void zeroIsANumber() {
    assertEquals(0, Numbers.onFreebsd(0).on(Platform.FREEBSD));
    assertTrue(Numbers.onFreebsd(0).isOn(Platform.FREEBSD));
    assertEquals(0, Numbers.everywhere(0).here("X_", Platform.LINUX));
  }

  /** As a signed number it would be negative. */
  @Test
  void bit31IsABitLikeOthers() {
    assertEquals(1 << 31, Numbers.everywhere(1L << 31).here("X_", Platform.LINUX));
  }

  @Test
  void theAccessModeIsTheLowestBitsOfADescriptorsFlags() {
    int flags = OpenFlags.O_RDWR.bits() | OpenFlags.O_CLOEXEC.bits() | OpenFlags.O_SYNC.bits();
    assertTrue(OpenFlags.O_RDWR.isAccessModeOf(flags));
    assertFalse(OpenFlags.O_RDONLY.isAccessModeOf(flags));
    assertFalse(OpenFlags.O_WRONLY.isAccessModeOf(flags));
    assertTrue(OpenFlags.O_RDONLY.isAccessModeOf(OpenFlags.O_CLOEXEC.bits()));
  }
}
