package io.mman.internal.libc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.mman.internal.platform.StatLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FileStatusTest {
  @ParameterizedTest
  @CsvSource({
    "MACOS, 0100644, true",
    "MACOS, 0020666, false",
    "MACOS, 0600, true", // shared memory there
    "FREEBSD, 0100644, true",
    "FREEBSD, 0600, false",
    "LINUX_WIDE, 0100644, true",
    "LINUX_WIDE, 0600, false", // an eventfd and its like
    "LINUX_S390X, 0100644, true",
    "LINUX_S390X, 0600, false",
    "LINUX_GENERIC, 0100644, true",
    "LINUX_GENERIC, 0600, false",
    "NETBSD, 0100644, true",
    "NETBSD, 0600, true", // a file of memfd_create
    "NETBSD, 0020666, false",
    "OPENBSD, 0100644, true",
    "OPENBSD, 0020666, false",
    "OPENBSD, 0, false",
  })
  void aRegularFileHasALengthAndSoHasSharedMemory(
      StatLayout layout, String octal, boolean isRegular) {
    ByteBuffer stat = ByteBuffer.allocate(StatLayout.MAX_BYTES).order(ByteOrder.nativeOrder());
    setMode(stat, layout, Integer.parseInt(octal, 8));
    FileStatus status = new FileStatus();

    status.read(stat, layout);

    assertEquals(isRegular, status.isRegular());
  }

  /**
   * Sets st_mode with the width that it has in C: on a big-endian processor, the first two bytes of
   * an int are not its low half.
   */
  private static void setMode(ByteBuffer stat, StatLayout layout, int mode) {
    switch (layout) {
      case MACOS -> stat.putShort(4, (short) mode); // after a four-byte st_dev
      case FREEBSD -> stat.putShort(24, (short) mode);
      case LINUX_WIDE, LINUX_S390X -> stat.putInt(24, mode);
      case LINUX_GENERIC -> stat.putInt(16, mode);
      case NETBSD -> stat.putInt(8, mode);
      case OPENBSD -> stat.putInt(0, mode);
    }
  }
}
