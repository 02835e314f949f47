package io.mman;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.mman.internal.platform.Numbers;
import io.mman.testing.CProgram;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ErrnoTest {
  /** POSIX.1-2024, System Interfaces, 2.3 Error Numbers. */
  private static final String POSIX =
      """
      E2BIG EACCES EADDRINUSE EADDRNOTAVAIL EAFNOSUPPORT EAGAIN EALREADY EBADF EBADMSG EBUSY
      ECANCELED ECHILD ECONNABORTED ECONNREFUSED ECONNRESET EDEADLK EDESTADDRREQ EDOM EDQUOT
      EEXIST EFAULT EFBIG EHOSTUNREACH EIDRM EILSEQ EINPROGRESS EINTR EINVAL EIO EISCONN EISDIR
      ELOOP EMFILE EMLINK EMSGSIZE EMULTIHOP ENAMETOOLONG ENETDOWN ENETRESET ENETUNREACH ENFILE
      ENOBUFS ENODATA ENODEV ENOENT ENOEXEC ENOLCK ENOLINK ENOMEM ENOMSG ENOPROTOOPT ENOSPC ENOSR
      ENOSTR ENOSYS ENOTCONN ENOTDIR ENOTEMPTY ENOTRECOVERABLE ENOTSOCK ENOTSUP ENOTTY ENXIO
      EOPNOTSUPP EOVERFLOW EOWNERDEAD EPERM EPIPE EPROTO EPROTONOSUPPORT EPROTOTYPE ERANGE EROFS
      ESOCKTNOSUPPORT ESPIPE ESRCH ESTALE ETIME ETIMEDOUT ETXTBSY EWOULDBLOCK EXDEV
      """;

  @TempDir Path folder;

  @Test
  void everyErrorOfPosixHasItsName() {
    List<String> names = Stream.of(Errno.values()).map(Enum::name).toList();
    List<String> missing = new ArrayList<>(List.of(POSIX.split("\\s+")));
    missing.removeAll(names);

    assertEquals(List.of(), missing);
  }

  @Test
  void aNumberThatTwoNamesShareHasTheNameTheKernelUses() {
    assertSame(Errno.EAGAIN, Errno.of(11));
    assertSame(Errno.EDEADLK, Errno.of(35));
    assertSame(Errno.EOPNOTSUPP, Errno.of(95));
    assertSame(Errno.EHWPOISON, Errno.of(133));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, 41, 512, 4095, Integer.MAX_VALUE, Integer.MIN_VALUE})
  void aNumberWithoutANameIsOther(int number) {
    assertSame(Errno.OTHER, Errno.of(number));
  }

  @Test
  void theTextIsThatOfTheCLibrary() {
    StringBuilder source =
        new StringBuilder("#include <stdio.h>\n#include <string.h>\nint main(void) {\n");
    source.append("#ifndef __GLIBC__\n  return puts(\"other\"), 0;\n#endif\n");
    List<Errno> here = new ArrayList<>();
    for (Errno errno : Errno.values()) {
      Numbers numbers = errno.numbers();
      if (numbers != null && numbers.isHere()) {
        here.add(errno);
        source.append("  puts(strerror(").append(numbers.hereOrAbsent()).append("));\n");
      }
    }
    List<String> texts = CProgram.run(folder, source.append("  return 0;\n}\n").toString());
    assumeTrue(texts.size() > 1, "other C libraries have other words");

    assertEquals(texts, here.stream().map(Errno::text).toList());
  }

  @Test
  void anErrorHasANumberUnlessItHasNoName() {
    assertEquals(12, Errno.ENOMEM.number());
    for (Errno errno : Errno.values()) {
      if (errno == Errno.OTHER || !errno.numbers().isHere()) {
        assertThrows(UnsupportedOperationException.class, errno::number, errno::name);
      } else {
        assertEquals(errno.numbers().hereOrAbsent(), errno.number(), errno::name);
      }
    }
  }
}
