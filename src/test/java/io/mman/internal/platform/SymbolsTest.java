package io.mman.internal.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SymbolsTest {
  /** The names of link_name in the crate libc of Rust for target_os netbsd. */
  @Test
  void netbsdHasNewFunctionsUnderNewSymbols() {
    assertEquals("__fstat50", Symbols.of("fstat", Platform.NETBSD));
    assertEquals("__msync13", Symbols.of("msync", Platform.NETBSD));
  }

  /** With the arguments of Linux it would take the new length for an address. */
  @Test
  void theFunctionOfNetbsdThatTakesOtherArgumentsIsNotFound() {
    assertNull(Symbols.of("mremap", Platform.NETBSD));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mmap",
        "munmap",
        "mprotect",
        "madvise",
        "mlock",
        "munlock",
        "mincore",
        "mlockall",
        "munlockall",
        "open",
        "close",
        "lseek",
        "ftruncate",
        "posix_fallocate",
        "posix_fadvise",
        "fsync",
        "fdatasync",
        "fcntl",
        "memfd_create",
        "shm_open",
        "shm_unlink",
        "getpagesize",
        "geteuid",
        "getrlimit"
      })
  void allOtherFunctionsHaveTheirNamesInC(String function) {
    assertEquals(function, Symbols.of(function, Platform.NETBSD));
  }

  @ParameterizedTest
  @ValueSource(strings = {"fstat", "msync", "mremap"})
  void otherSystemsHaveTheNamesOfC(String function) {
    for (Platform platform : Platform.values()) {
      if (platform != Platform.NETBSD) {
        assertEquals(function, Symbols.of(function, platform));
      }
    }
  }
}
