package io.mman.internal.platform;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.NumberedConstants;
import io.mman.Protection;
import io.mman.testing.CProgram;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Compares our numbers with those that a C program sees in the headers of each C library. */
class HeadersTest {
  private static final long ABSENT = -1;

  /** Constants that are younger than the headers of systems still in use. */
  private static final Set<String> YOUNG =
      Set.of(
          "MAP_DROPPABLE",
          "MADV_COLLAPSE",
          "MADV_DONTNEED_LOCKED",
          "MADV_GUARD_INSTALL",
          "MADV_GUARD_REMOVE",
          "MFD_NOEXEC_SEAL",
          "MFD_EXEC",
          "F_SEAL_EXEC",
          "RWF_ATOMIC",
          "RWF_DONTCACHE",
          "PAGEMAP_SCAN",
          "SYS_cachestat",
          "SYS_mseal");

  /** In no header of ours: only kernels without an MMU have it. */
  private static final Set<String> UNCOMMON = Set.of("MAP_UNINITIALIZED");

  private static final String HEADERS =
      """
      #define _GNU_SOURCE
      #include <errno.h>
      #include <fcntl.h>
      #include <linux/fs.h>
      #include <linux/memfd.h>
      #include <linux/mman.h>
      #include <linux/userfaultfd.h>
      #include <stdio.h>
      #include <sys/ioctl.h>
      #include <sys/mman.h>
      #include <sys/resource.h>
      #include <sys/socket.h>
      #include <sys/syscall.h>
      """;

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource
  void everyNumberIsThatOfTheHeaders(CProgram.Compiler compiler) {
    Map<String, Long> ours = ours();
    Map<String, Long> theirs = theirs(compiler, ours.keySet());

    assertAll(
        theirs.entrySet().stream()
            .map(
                entry ->
                    () -> assertEquals(entry.getValue(), ours.get(entry.getKey()), entry::getKey)));
    Set<String> unchecked = new TreeSet<>(ours.keySet());
    unchecked.removeAll(theirs.keySet());
    unchecked.removeIf(name -> ours.get(name) == ABSENT);
    unchecked.removeAll(YOUNG);
    unchecked.removeAll(UNCOMMON);
    assertEquals(Set.of(), unchecked, "not in the headers");
    assertTrue(theirs.size() > 150, () -> "only " + theirs.size());
  }

  /** Returns every number of the running platform by its name in C. */
  private static Map<String, Long> ours() {
    Map<String, Long> numbers = new TreeMap<>();
    for (Protection protection : Protection.values()) {
      if (Integer.bitCount(protection.bits()) <= 1) {
        numbers.put("PROT_" + protection, (long) protection.bits());
      }
    }
    NumberedConstants.forEach((name, number) -> numbers.put(name, here(number)));
    numbers.put("MFD_CLOEXEC", 1L);
    for (Fcntl command : Fcntl.values()) {
      numbers.put("F_" + command, command.isHere() ? command.number() : ABSENT);
    }
    numbers.put("RLIMIT_NOFILE", (long) Limit.NOFILE.number());
    for (Ioctl request : Ioctl.values()) {
      numbers.put(request.name(), request.isHere() ? request.number() : ABSENT);
    }
    for (OpenFlags flag : OpenFlags.values()) {
      numbers.put(flag.name(), (long) flag.bits());
    }
    for (At at : At.values()) {
      numbers.put("AT_" + at, at.numbers().hereOrAbsent());
    }
    for (SocketNumber number : SocketNumber.values()) {
      numbers.put(number.name(), (long) number.number());
    }
    for (Kernel call : Kernel.values()) {
      numbers.put("SYS_" + call.name().toLowerCase(Locale.ROOT), (long) call.number());
    }
    return numbers;
  }

  private static long here(Numbers numbers) {
    return numbers.hereOrAbsent();
  }

  /** Returns those of the names that the headers define, with their numbers. */
  private Map<String, Long> theirs(CProgram.Compiler compiler, Set<String> names) {
    StringBuilder source = new StringBuilder(HEADERS).append("int main(void) {\n");
    for (String name : names) {
      source.append("#ifdef ").append(name).append("\n  printf(\"").append(name);
      source.append(" %u\\n\", (unsigned) ").append(name).append(");\n#endif\n");
    }
    Map<String, Long> numbers = new HashMap<>();
    for (String line : CProgram.run(compiler, folder, source + "  return 0;\n}\n")) {
      String[] words = line.split(" ");
      numbers.put(words[0], Long.parseLong(words[1]));
    }
    return numbers;
  }
}
