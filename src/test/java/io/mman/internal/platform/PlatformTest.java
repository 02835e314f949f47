package io.mman.internal.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class PlatformTest {
  @ParameterizedTest
  @CsvSource({
    "Linux, amd64, LINUX",
    "Linux, aarch64, LINUX",
    "Linux, riscv64, LINUX",
    "Linux, s390x, LINUX_S390X",
    "Linux, loongarch64, LINUX",
    "Linux, ppc64le, LINUX_POWER",
    "Linux, ppc64, LINUX_POWER",
    "Mac OS X, x86_64, MACOS",
    "Mac OS X, aarch64, MACOS",
    "FreeBSD, amd64, FREEBSD",
    "FreeBSD, aarch64, FREEBSD",
    "NetBSD, amd64, NETBSD",
    "NetBSD, aarch64, NETBSD",
    "OpenBSD, amd64, OPENBSD",
    "OpenBSD, aarch64, OPENBSD",
    // Systems and processors whose numbers are not known, each of which has some of its own.
    "Linux, mips64, UNKNOWN",
    "Linux, sparcv9, UNKNOWN",
    "Linux, alpha, UNKNOWN",
    "Linux, parisc, UNKNOWN",
    "Linux, i386, UNKNOWN",
    "Linux, arm, UNKNOWN",
    "Mac OS X, ppc64, UNKNOWN",
    "NetBSD, sparcv9, UNKNOWN",
    "NetBSD, i386, UNKNOWN",
    "OpenBSD, riscv64, UNKNOWN",
    "OpenBSD, ppc64, UNKNOWN",
    "DragonFlyBSD, amd64, UNKNOWN",
    "SunOS, amd64, UNKNOWN",
    "AIX, ppc64, UNKNOWN",
    "Windows 11, amd64, UNKNOWN",
    "'', '', UNKNOWN",
  })
  void thePlatformFollowsFromTheNameAndTheProcessor(String name, String arch, Platform platform) {
    assertSame(platform, Platform.of(name, arch));
  }

  /** Linux numbers of open differ between processors; the rest of them as in asm-generic. */
  @ParameterizedTest
  @CsvSource({
    "O_RDONLY,   0,        0,        0,        0,         0,         0,        0",
    "O_WRONLY,   1,        1,        1,        1,         1,         1,        1",
    "O_RDWR,     2,        2,        2,        2,         2,         2,        2",
    "O_CREAT,    0x40,     0x40,     0x40,     0x200,     0x200,     512,      512",
    "O_EXCL,     0x80,     0x80,     0x80,     0x800,     0x800,     2048,     2048",
    "O_NONBLOCK, 0x800,    0x800,    0x800,    0x4,       0x4,       4,        4",
    "O_NOCTTY,   0x100,    0x100,    0x100,    0x20000,   0x8000,    32768,    32768",
    "O_TRUNC,    0x200,    0x200,    0x200,    0x400,     0x400,     1024,     1024",
    "O_DSYNC,    0x1000,   0x1000,   0x1000,   0x400000,  0x1000000, 0x10000,  128",
    "O_SYNC,     0x101000, 0x101000, 0x101000, 0x80,      0x80,      0x80,     0x80",
    "O_CLOEXEC,  0x80000,  0x80000,  0x80000,  0x1000000, 0x100000,  0x400000, 0x10000",
    "O_NOFOLLOW, 0x20000,  0x8000,   0x8000,   0x100,     0x100,     0x100,    0x100",
    "O_DIRECT,   0x4000,   0x10000,  0x20000,  -1,        0x10000,   0x80000,  -1",
    "O_PATH,     0x200000, 0x200000, 0x200000, -1,        -1,        -1,       -1",
    "O_TMPFILE,  0x410000, 0x404000, 0x404000, -1,        -1,        -1,       -1",
  })
  void openFlagsAreThoseOfTheHeaders(
      OpenFlags flag,
      String x86,
      String arm,
      String power,
      String macos,
      String freebsd,
      String netbsd,
      String openbsd) {
    assertEquals(Long.decode(x86), flag.on(Arch.X86_64).on(Platform.LINUX));
    assertEquals(Long.decode(x86), flag.on(Arch.RISCV64).on(Platform.LINUX));
    assertEquals(Long.decode(x86), flag.on(Arch.S390X).on(Platform.LINUX_S390X));
    assertEquals(Long.decode(arm), flag.on(Arch.AARCH64).on(Platform.LINUX));
    assertEquals(Long.decode(power), flag.on(Arch.PPC64).on(Platform.LINUX_POWER));
    assertEquals(Long.decode(macos), flag.on(Arch.AARCH64).on(Platform.MACOS));
    assertEquals(Long.decode(freebsd), flag.on(Arch.AARCH64).on(Platform.FREEBSD));
    for (Arch arch : new Arch[] {Arch.X86_64, Arch.AARCH64}) {
      assertEquals(Long.decode(netbsd), flag.on(arch).on(Platform.NETBSD));
      assertEquals(Long.decode(openbsd), flag.on(arch).on(Platform.OPENBSD));
    }
    assertEquals(-1, flag.on(Arch.X86_64).on(Platform.UNKNOWN));
  }

  @ParameterizedTest
  @CsvSource({
    "GETFL,      3,    3,    3,  3,  3,  3",
    "ADD_SEALS,  1033, 1033, -1, 19, 16, -1",
    "GET_SEALS,  1034, 1034, -1, 20, 17, -1",
    "OFD_SETLK,  37,   37,   90, -1, -1, -1",
    "OFD_GETLK,  36,   36,   92, -1, -1, -1",
    "FULLFSYNC,  -1,   -1,   51, -1, -1, -1",
  })
  void fcntlCommandsAreThoseOfTheHeaders(
      Fcntl command, long linux, long power, long macos, long freebsd, long netbsd, long openbsd) {
    assertEquals(linux, command.numbers().on(Platform.LINUX));
    assertEquals(power, command.numbers().on(Platform.LINUX_POWER));
    assertEquals(macos, command.numbers().on(Platform.MACOS));
    assertEquals(freebsd, command.numbers().on(Platform.FREEBSD));
    assertEquals(netbsd, command.numbers().on(Platform.NETBSD));
    assertEquals(openbsd, command.numbers().on(Platform.OPENBSD));
    assertEquals(-1, command.numbers().on(Platform.UNKNOWN));
  }

  @ParameterizedTest
  @CsvSource({
    "FDCWD,          0xFFFFFF9C, 0xFFFFFFFE, 0xFFFFFF9C, -100, -100",
    "SYMLINK_FOLLOW, 0x400,      0x40,       0x400,      1024, 4",
    "EMPTY_PATH,     0x1000,     -1,         0x4000,     -1,   -1",
  })
  void constantsOfPathsAreThoseOfTheHeaders(
      At at, String linux, String macos, String freebsd, int netbsd, int openbsd) {
    assertEquals(Long.decode(linux), at.numbers().on(Platform.LINUX));
    assertEquals(Long.decode(linux), at.numbers().on(Platform.LINUX_POWER));
    assertEquals(Long.decode(macos), at.numbers().on(Platform.MACOS));
    assertEquals(Long.decode(freebsd), at.numbers().on(Platform.FREEBSD));
    assertEquals(netbsd, (int) at.numbers().on(Platform.NETBSD));
    assertEquals(openbsd, (int) at.numbers().on(Platform.OPENBSD));
    assertEquals(-1, at.numbers().on(Platform.UNKNOWN));
  }

  /** On macOS and the BSDs the same names have other numbers, and are not used. */
  @ParameterizedTest
  @CsvSource({
    "AF_UNIX,          1,          1",
    "SOCK_STREAM,      1,          1",
    "SOCK_DGRAM,       2,          2",
    "SOCK_NONBLOCK,    0x800,      0x800",
    "SOCK_CLOEXEC,     0x80000,    0x80000",
    "SOL_SOCKET,       1,          1",
    "SO_PEERCRED,      17,         21",
    "SCM_RIGHTS,       1,          1",
    "MSG_CTRUNC,       8,          8",
    "MSG_NOSIGNAL,     0x4000,     0x4000",
    "MSG_CMSG_CLOEXEC, 0x40000000, 0x40000000",
    "SHUT_RDWR,        2,          2",
  })
  void constantsOfSocketsAreThoseOfTheHeaders(SocketNumber constant, String linux, String power) {
    assertEquals(Long.decode(linux), constant.numbers().on(Platform.LINUX));
    assertEquals(Long.decode(linux), constant.numbers().on(Platform.LINUX_S390X));
    assertEquals(Long.decode(power), constant.numbers().on(Platform.LINUX_POWER));
    assertEquals(-1, constant.numbers().on(Platform.MACOS));
    assertEquals(-1, constant.numbers().on(Platform.FREEBSD));
  }

  @Test
  void ioctlRequestsAreThoseOfTheHeaders() {
    assertEquals(0x80081272L, Ioctl.BLKGETSIZE64.numbers().on(Platform.LINUX));
    assertEquals(0x40081272L, Ioctl.BLKGETSIZE64.numbers().on(Platform.LINUX_POWER));
    assertEquals(0x8010aa01L, Ioctl.UFFDIO_UNREGISTER.numbers().on(Platform.LINUX));
    assertEquals(0x4010aa01L, Ioctl.UFFDIO_UNREGISTER.numbers().on(Platform.LINUX_POWER));
  }

  /** A request that both passes on and returns a structure has the same number everywhere. */
  @ParameterizedTest
  @CsvSource({
    "UFFDIO_API,          0xaa, 0x3f, 24",
    "UFFDIO_REGISTER,     0xaa, 0x00, 32",
    "UFFDIO_WRITEPROTECT, 0xaa, 0x06, 24",
    "PAGEMAP_SCAN,        0x66, 0x10, 96",
  })
  void ioctlRequestsOfBothDirectionsAreComposedAsInC(
      Ioctl request, String type, String number, long size) {
    long expected = 3L << 30 | size << 16 | Long.decode(type) << 8 | Long.decode(number);
    assertEquals(expected, request.numbers().on(Platform.LINUX));
    assertEquals(expected, request.numbers().on(Platform.LINUX_POWER));
    assertEquals(expected, request.numbers().on(Platform.LINUX_S390X));
  }

  @ParameterizedTest
  @EnumSource
  void ioctlRequestsAreLinuxOnly(Ioctl request) {
    assertEquals(-1, request.numbers().on(Platform.MACOS));
    assertEquals(-1, request.numbers().on(Platform.FREEBSD));
    assertEquals(-1, request.numbers().on(Platform.NETBSD));
    assertEquals(-1, request.numbers().on(Platform.OPENBSD));
  }

  @ParameterizedTest
  @CsvSource({
    "LINUX, 7",
    "LINUX_POWER, 7",
    "MACOS, 8",
    "FREEBSD, 8",
    "NETBSD, 8",
    "OPENBSD, 8",
    "UNKNOWN, -1"
  })
  void theLimitOfDescriptorsIsThatOfTheHeaders(Platform platform, long number) {
    assertEquals(number, Limit.NOFILE.numbers().on(platform));
  }

  @ParameterizedTest
  @CsvSource({
    "RT_SIGACTION,      13, 134, 173, 174",
    "FUTEX,             202,  98, 221, 238",
    "PROCESS_VM_READV,  310, 270, 351, 340",
    "PROCESS_VM_WRITEV, 311, 271, 352, 341",
    "RENAMEAT2,         316, 276, 357, 347",
    "USERFAULTFD,       323, 282, 364, 355",
    "STATX,             332, 291, 383, 379",
    "PIDFD_OPEN,        434, 434, 434, 434",
    "PIDFD_GETFD,       438, 438, 438, 438",
    "PROCESS_MADVISE,   440, 440, 440, 440",
    "CACHESTAT,         451, 451, 451, 451",
    "MSEAL,             462, 462, 462, 462",
  })
  void systemCallNumbersAreThoseOfTheKernel(
      Kernel call, int x86, int generic, int power, int s390x) {
    assertEquals(x86, call.on(Platform.LINUX, Arch.X86_64));
    assertEquals(generic, call.on(Platform.LINUX, Arch.AARCH64));
    assertEquals(generic, call.on(Platform.LINUX, Arch.RISCV64));
    assertEquals(generic, call.on(Platform.LINUX, Arch.LOONGARCH64));
    assertEquals(power, call.on(Platform.LINUX_POWER, Arch.PPC64));
    assertEquals(s390x, call.on(Platform.LINUX_S390X, Arch.S390X));
  }

  /** Number 310 of another system is another call. */
  @ParameterizedTest
  @EnumSource
  void systemCallNumbersAreLinuxOnly(Kernel call) {
    assertEquals(-1, call.on(Platform.MACOS, Arch.X86_64));
    assertEquals(-1, call.on(Platform.FREEBSD, Arch.X86_64));
    assertEquals(-1, call.on(Platform.NETBSD, Arch.X86_64));
    assertEquals(-1, call.on(Platform.OPENBSD, Arch.X86_64));
    assertEquals(-1, call.on(Platform.UNKNOWN, Arch.X86_64));
    assertEquals(-1, call.on(Platform.LINUX, Arch.UNKNOWN));
  }

  @Test
  void aMissingNumberIsNamedWithThePlatform() {
    Numbers macos = Numbers.onMacos(0x800);

    var e =
        assertThrows(UnsupportedOperationException.class, () -> macos.here("X_", Platform.UNKNOWN));
    assertTrue(e.getMessage().startsWith("X_UNKNOWN does not exist on Linux ("), e.getMessage());
  }
}
