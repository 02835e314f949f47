package io.mman.internal.platform;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.mman.FileAdvice;
import io.mman.FileSeal;
import io.mman.LockAllFlag;
import io.mman.LockFlag;
import io.mman.MapFlag;
import io.mman.MemfdFlag;
import io.mman.NumberedConstants;
import io.mman.ReadFlag;
import io.mman.RemapFlag;
import io.mman.SyncFlag;
import io.mman.WriteFlag;
import io.mman.testing.ChildJvm;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Compares the numbers of all platforms with a table that was written independently of the enums.
 */
class NumbersTableTest {
  private static final long ABSENT = -1;

  @Test
  void everyNumberIsThatOfTheTable() throws IOException {
    Map<String, Map<Platform, Long>> table = table();
    Map<String, Numbers> ours = new HashMap<>();
    NumberedConstants.forEach(ours::put);

    assertEquals(new TreeSet<>(table.keySet()), new TreeSet<>(ours.keySet()));
    assertAll(
        table.entrySet().stream()
            .map(
                row ->
                    () ->
                        assertEquals(row.getValue(), onAll(ours.get(row.getKey())), row.getKey())));
  }

  /** From linux/fadvise.h; all other headers of s390x include those of asm-generic. */
  @Test
  void linuxOnS390xHasNumbersOfItsOwnForAdviceOnFilesOnly() {
    Map<String, Long> own = Map.of("POSIX_FADV_DONTNEED", 6L, "POSIX_FADV_NOREUSE", 7L);
    NumberedConstants.forEach(
        (name, numbers) ->
            assertEquals(
                own.getOrDefault(name, numbers.on(Platform.LINUX)),
                numbers.on(Platform.LINUX_S390X),
                name));
  }

  /** Otherwise a caller of an unknown system would get numbers of another one. */
  @Test
  void anUnknownPlatformHasNoNumberAtAll() {
    NumberedConstants.forEach(
        (name, numbers) -> assertEquals(ABSENT, numbers.on(Platform.UNKNOWN), name));
  }

  /**
   * The running platform may have all of them; a JVM with the name of another platform does not.
   */
  @ParameterizedTest
  @CsvSource({
    "Mac OS X, x86_64, MACOS",
    "FreeBSD, amd64, FREEBSD",
    "NetBSD, amd64, NETBSD",
    "OpenBSD, aarch64, OPENBSD",
    "Linux, mips64, UNKNOWN"
  })
  void aFlagIsSupportedWhereItHasANumber(String name, String arch, Platform platform)
      throws IOException {
    Map<String, Map<Platform, Long>> table = table();
    Set<String> expected = new TreeSet<>(table.keySet());
    expected.removeIf(flag -> table.get(flag).getOrDefault(platform, ABSENT) == ABSENT);
    expected.removeIf(flag -> flag.matches("(MADV_|E[A-Z0-9]).*")); // no flags

    ChildJvm child = ChildJvm.of(Supported.class);
    List<String> lines = child.options("-Dos.name=" + name, "-Dos.arch=" + arch).run().lines();
    assertEquals(String.join("\n", expected), String.join("\n", new TreeSet<>(lines)));
  }

  /** Prints the supported flags; for advice on memory the kernel is asked as well. */
  static final class Supported {
    private Supported() {}

    public static void main(String... arguments) {
      print("MAP_", MapFlag.values(), MapFlag::isSupported);
      print("MS_", SyncFlag.values(), SyncFlag::isSupported);
      print("MREMAP_", RemapFlag.values(), RemapFlag::isSupported);
      print("MLOCK_", LockFlag.values(), LockFlag::isSupported);
      print("MCL_", LockAllFlag.values(), LockAllFlag::isSupported);
      print("MFD_", MemfdFlag.values(), MemfdFlag::isSupported);
      print("F_SEAL_", FileSeal.values(), FileSeal::isSupported);
      print("POSIX_FADV_", FileAdvice.values(), FileAdvice::isSupported);
      print("RWF_", ReadFlag.values(), ReadFlag::isSupported);
      print("RWF_", WriteFlag.values(), WriteFlag::isSupported);
    }

    private static <E extends Enum<E>> void print(
        String prefix, E[] flags, Predicate<E> isSupported) {
      Stream.of(flags).filter(isSupported).forEach(flag -> System.out.println(prefix + flag));
    }
  }

  private static Map<Platform, Long> onAll(Numbers numbers) {
    Map<Platform, Long> all = new HashMap<>();
    for (Platform platform : columns()) {
      all.put(platform, numbers.on(platform));
    }
    return all;
  }

  private static Set<Platform> columns() {
    return Set.of(
        Platform.LINUX,
        Platform.LINUX_POWER,
        Platform.MACOS,
        Platform.FREEBSD,
        Platform.NETBSD,
        Platform.OPENBSD);
  }

  private static Map<String, Map<Platform, Long>> table() throws IOException {
    Map<String, Map<Platform, Long>> rows = new HashMap<>();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                Objects.requireNonNull(NumbersTableTest.class.getResourceAsStream("numbers.txt")),
                StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (!line.isBlank() && !line.startsWith("#")) {
          String[] words = line.split(" +");
          rows.put(
              words[0],
              Map.of(
                  Platform.LINUX, number(words[1]),
                  Platform.LINUX_POWER, number(words[2]),
                  Platform.MACOS, number(words[3]),
                  Platform.FREEBSD, number(words[4]),
                  Platform.NETBSD, number(words[5]),
                  Platform.OPENBSD, number(words[6])));
        }
      }
    }
    return rows;
  }

  private static long number(String word) {
    return word.equals("-") ? ABSENT : Long.decode(word);
  }
}
