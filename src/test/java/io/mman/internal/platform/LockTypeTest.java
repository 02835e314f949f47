package io.mman.internal.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.testing.CProgram;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LockTypeTest {
  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource
  void numbersAndStructureAreThoseOfC(CProgram.Compiler compiler) {
    List<String> lines =
        CProgram.run(
            compiler,
            folder,
            """
            #include <fcntl.h>
            #include <stddef.h>
            #include <stdio.h>
            int main(void) {
              printf("%d\\n%d\\n%d\\n", F_RDLCK, F_WRLCK, F_UNLCK);
              printf("%zu\\n%zu\\n", offsetof(struct flock, l_type), sizeof(struct flock));
              printf("%zu\\n", offsetof(struct flock, l_start));
              printf("%zu\\n", offsetof(struct flock, l_len));
              return 0;
            }
            """);
    assertEquals(Short.parseShort(lines.get(0)), LockType.RDLCK.number());
    assertEquals(Short.parseShort(lines.get(1)), LockType.WRLCK.number());
    assertEquals(Short.parseShort(lines.get(2)), LockType.UNLCK.number());
    assertEquals(Long.parseLong(lines.get(3)), LockType.offset());
    assertTrue(Long.parseLong(lines.get(4)) <= LockType.STRUCTURE_BYTES);
    assertEquals(Long.parseLong(lines.get(5)), LockType.startOffset());
    assertEquals(Long.parseLong(lines.get(6)), LockType.startOffset() + Long.BYTES);
  }

  @Test
  void numbersOfOtherPlatformsAreThoseOfTheirHeaders() {
    assertEquals(1, LockType.RDLCK.numbers().on(Platform.MACOS));
    assertEquals(3, LockType.WRLCK.numbers().on(Platform.MACOS));
    assertEquals(2, LockType.UNLCK.numbers().on(Platform.MACOS));
    assertEquals(20, LockType.offset(Platform.MACOS));
    assertEquals(0, LockType.startOffset(Platform.MACOS));
    for (LockType type : LockType.values()) {
      for (Platform platform : Platform.values()) {
        if (platform.isBsd()) {
          assertEquals(-1, type.numbers().on(platform), type + " on " + platform);
        }
      }
    }
  }
}
