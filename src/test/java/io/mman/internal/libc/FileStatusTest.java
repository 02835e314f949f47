package io.mman.internal.libc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.mman.internal.platform.StatLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FileStatusTest {
  /**
   * On macOS st_mode is a short after a four-byte st_dev; on the others here it is an int at 24.
   */
  @ParameterizedTest
  @CsvSource({
    "MACOS, 0100644, true",
    "MACOS, 0020666, false",
    "MACOS, 0600, true", // shared memory there
    "LINUX_WIDE, 0100644, true",
    "LINUX_WIDE, 0600, false", // an eventfd and its like
  })
  void aRegularFileHasALengthAndSoHasSharedMemory(
      StatLayout layout, String octal, boolean isRegular) {
    MemorySegment stat = MemorySegment.ofArray(new long[(int) StatLayout.MAX_BYTES / 8]);
    short mode = (short) Integer.parseInt(octal, 8);
    stat.set(ValueLayout.JAVA_SHORT, layout == StatLayout.MACOS ? 4 : 24, mode);
    FileStatus status = new FileStatus();

    status.read(stat, layout);

    assertEquals(isRegular, status.isRegular());
  }
}
