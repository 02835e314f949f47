package io.mman.internal.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.mman.testing.CProgram;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StatLayoutTest {
  /** Prints a {@code struct stat} byte by byte, then what C reads from it. */
  private static final String SOURCE =
      """
      #include <stdio.h>
      #include <string.h>
      #include <sys/stat.h>
      int main(void) {
        struct stat s;
        for (unsigned i = 0; i < sizeof s; i++) ((unsigned char *) &s)[i] = 7 * i + 1;
        for (unsigned i = 0; i < sizeof s; i++) printf("%02x", ((unsigned char *) &s)[i]);
        printf("\\n%u\\n%u\\n%lld\\n%lld\\n%lld\\n%lld\\n", s.st_mode, s.st_uid,
            (long long) s.st_size, (long long) s.st_blksize, (long long) s.st_dev,
            (long long) s.st_ino);
        return 0;
      }
      """;

  @TempDir Path folder;

  @Test
  void fieldsAreWhereCHasThem() {
    List<String> lines = CProgram.run(folder, SOURCE);
    byte[] bytes = HexFormat.of().parseHex(lines.getFirst());
    MemorySegment stat = MemorySegment.ofArray(new long[(int) StatLayout.MAX_BYTES / 8]);
    MemorySegment.copy(bytes, 0, stat, ValueLayout.JAVA_BYTE, 0, bytes.length);
    StatLayout layout = StatLayout.current();

    assertEquals(Long.parseLong(lines.get(1)), Integer.toUnsignedLong(layout.mode(stat)));
    assertEquals(Long.parseLong(lines.get(2)), Integer.toUnsignedLong(layout.uid(stat)));
    assertEquals(Long.parseLong(lines.get(3)), layout.size(stat));
    assertEquals(Long.parseLong(lines.get(4)), layout.blockSize(stat));
    assertEquals(Long.parseLong(lines.get(5)), layout.device(stat));
    assertEquals(Long.parseLong(lines.get(6)), layout.inode(stat));
  }

  @ParameterizedTest
  @CsvSource({
    "LINUX, X86_64, LINUX_WIDE",
    "LINUX_POWER, PPC64, LINUX_WIDE",
    "LINUX_S390X, S390X, LINUX_S390X",
    "LINUX, AARCH64, LINUX_GENERIC",
    "LINUX, RISCV64, LINUX_GENERIC",
    "LINUX, LOONGARCH64, LINUX_GENERIC",
    "MACOS, AARCH64, MACOS",
    "MACOS, X86_64, MACOS",
    "FREEBSD, X86_64, FREEBSD",
    "FREEBSD, AARCH64, FREEBSD",
    "UNKNOWN, X86_64, ",
  })
  void eachPlatformHasItsLayout(Platform platform, Arch arch, StatLayout layout) {
    assertSame(layout, StatLayout.of(platform, arch));
  }
}
