package io.mman.internal.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.testing.CProgram;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class StatLayoutTest {
  /**
   * The structures as the crate libc of Rust and the package syscall of Go have them, with types of
   * the same size. Prints the offset and the size of each field that we read.
   */
  private static final String OTHER_SYSTEMS =
      """
      #include <stddef.h>
      #include <stdint.h>
      #include <stdio.h>
      #include <time.h>
      struct NETBSD {
        uint64_t st_dev; uint32_t st_mode; uint64_t st_ino; uint32_t st_nlink, st_uid, st_gid;
        uint64_t st_rdev; struct timespec st_atim, st_mtim, st_ctim, st_birthtim;
        int64_t st_size, st_blocks; int32_t st_blksize; uint32_t st_flags, st_gen, st_spare[2];
      };
      struct OPENBSD {
        uint32_t st_mode; int32_t st_dev; uint64_t st_ino; uint32_t st_nlink, st_uid, st_gid;
        int32_t st_rdev; struct timespec st_atim, st_mtim, st_ctim;
        int64_t st_size, st_blocks; int32_t st_blksize; uint32_t st_flags, st_gen;
        struct timespec st_birthtim;
      };
      #define FIELD(system, field) printf(#system " " #field " %zu %zu %zu\\n", \\
          offsetof(struct system, field), sizeof(((struct system *) 0)->field), \\
          sizeof(struct system))
      #define FIELDS(system) FIELD(system, st_dev); FIELD(system, st_ino); FIELD(system, st_mode); \\
          FIELD(system, st_uid); FIELD(system, st_size); FIELD(system, st_blksize)
      int main(void) { FIELDS(NETBSD); FIELDS(OPENBSD); return 0; }
      """;

  /**
   * Prints a {@code struct stat} byte by byte, then what C reads from it, and a statfs likewise.
   */
  private static final String SOURCE =
      """
      #include <stdio.h>
      #include <string.h>
      #include <sys/stat.h>
      #include <sys/vfs.h>
      static void fill(unsigned char *bytes, unsigned count) {
        for (unsigned i = 0; i < count; i++) bytes[i] = 7 * i + 1;
        for (unsigned i = 0; i < count; i++) printf("%02x", bytes[i]);
        puts("");
      }
      int main(void) {
        struct stat s;
        struct statfs f;
        fill((unsigned char *) &s, sizeof s);
        printf("%u\\n%u\\n%lld\\n%lld\\n%lld\\n%lld\\n", s.st_mode, s.st_uid,
            (long long) s.st_size, (long long) s.st_blksize, (long long) s.st_dev,
            (long long) s.st_ino);
        fill((unsigned char *) &f, sizeof f);
        printf("%d\\n", (int) f.f_type);
        return 0;
      }
      """;

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource
  void fieldsAreWhereCHasThem(CProgram.Compiler compiler) {
    List<String> lines = CProgram.run(compiler, folder, SOURCE);
    ByteBuffer stat = structure(lines.get(0));
    ByteBuffer statfs = structure(lines.get(7));
    StatLayout layout = StatLayout.current();

    assertEquals(Long.parseLong(lines.get(1)), Integer.toUnsignedLong(layout.mode(stat)));
    assertEquals(Long.parseLong(lines.get(2)), Integer.toUnsignedLong(layout.uid(stat)));
    assertEquals(Long.parseLong(lines.get(3)), layout.size(stat));
    assertEquals(Long.parseLong(lines.get(4)), layout.blockSize(stat));
    assertEquals(Long.parseLong(lines.get(5)), layout.device(stat));
    assertEquals(Long.parseLong(lines.get(6)), layout.inode(stat));
    assertEquals(Long.parseLong(lines.get(8)), layout.fileSystem(statfs));
  }

  private static ByteBuffer structure(String hex) {
    return ByteBuffer.wrap(HexFormat.of().parseHex(hex)).order(ByteOrder.nativeOrder());
  }

  /** A field is where it is read if it alone differs from 0, and all others are then read as 0. */
  @Test
  void fieldsOfOtherSystemsAreWhereTheirStructuresHaveThem() {
    List<String> lines = CProgram.run(folder, OTHER_SYSTEMS);
    assertEquals(12, lines.size());
    for (String line : lines) {
      String[] words = line.split(" ");
      StatLayout layout = StatLayout.valueOf(words[0]);
      byte[] stat = new byte[StatLayout.MAX_BYTES];
      int offset = Integer.parseInt(words[2]);
      Arrays.fill(stat, offset, offset + Integer.parseInt(words[3]), (byte) 1);
      long value = words[3].equals("8") ? 0x0101010101010101L : 0x01010101L;

      assertEquals(value, sumOfFields(layout, stat), line);
      assertEquals(value, field(words[1], layout, stat), line);
      assertTrue(Integer.parseInt(words[4]) <= StatLayout.MAX_BYTES, line);
    }
  }

  private static long sumOfFields(StatLayout layout, byte[] stat) {
    return Stream.of("st_dev", "st_ino", "st_mode", "st_uid", "st_size", "st_blksize")
        .mapToLong(name -> field(name, layout, stat))
        .sum();
  }

  private static long field(String name, StatLayout layout, byte[] bytes) {
    ByteBuffer stat = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
    return switch (name) {
      case "st_dev" -> layout.device(stat);
      case "st_ino" -> layout.inode(stat);
      case "st_mode" -> layout.mode(stat);
      case "st_uid" -> layout.uid(stat);
      case "st_size" -> layout.size(stat);
      case "st_blksize" -> layout.blockSize(stat);
      default -> throw new AssertionError(name);
    };
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
    "NETBSD, X86_64, NETBSD",
    "NETBSD, AARCH64, NETBSD",
    "OPENBSD, X86_64, OPENBSD",
    "OPENBSD, AARCH64, OPENBSD",
    "UNKNOWN, X86_64, ",
  })
  void eachPlatformHasItsLayout(Platform platform, Arch arch, StatLayout layout) {
    assertSame(layout, StatLayout.of(platform, arch));
  }
}
