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

  /** Linux, s390x, ppc64, macOS, FreeBSD and any other system, in the order of the enum. */
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
    assertNumbers(Numbers.everywhere(7), 7L, 7L, 7L, 7L, 7L, ABSENT);
    assertNumbers(Numbers.linux(7), 7L, 7L, 7L, ABSENT, ABSENT, ABSENT);
    assertNumbers(Numbers.onMacos(7), ABSENT, ABSENT, ABSENT, 7L, ABSENT, ABSENT);
    assertNumbers(Numbers.onFreebsd(7), ABSENT, ABSENT, ABSENT, ABSENT, 7L, ABSENT);
  }

  @Test
  void aNumberOfOnePlatformLeavesTheOthersAlone() {
    Numbers everywhere = Numbers.everywhere(7);
    assertNumbers(everywhere.linuxInstead(8), 8L, 7L, 7L, 7L, 7L, ABSENT);
    assertNumbers(everywhere.s390x(8), 7L, 8L, 7L, 7L, 7L, ABSENT);
    assertNumbers(everywhere.power(8), 7L, 7L, 8L, 7L, 7L, ABSENT);
    assertNumbers(everywhere.macos(8), 7L, 7L, 7L, 8L, 7L, ABSENT);
    assertNumbers(everywhere.freebsd(8), 7L, 7L, 7L, 7L, 8L, ABSENT);
  }

  /** The value of SYNC on FreeBSD: a number like any other. */
  @Test
  void zeroIsANumber() {
    assertNumbers(Numbers.onFreebsd(0), ABSENT, ABSENT, ABSENT, ABSENT, 0L, ABSENT);
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
