package io.mman;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.testing.Samples;
import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.ProviderMismatchException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Requests that are refused, most of them before any system call. */
class MappingRefusedTest {
  private static final long PAGE = Mman.pageSize();

  @TempDir Path folder;

  @Test
  void kindsAreNotGivenAsFlags() {
    Mapping request = Mapping.anonymous(PAGE);
    for (MapFlag kind : new MapFlag[] {MapFlag.SHARED, MapFlag.PRIVATE, MapFlag.ANONYMOUS}) {
      assertThrows(IllegalArgumentException.class, () -> request.flags(kind));
    }
  }

  @Test
  void flagsThatPlaceOrGuardTheMappingAreRefused() {
    Mapping request = Mapping.anonymous(PAGE);
    for (MapFlag flag :
        new MapFlag[] {
          MapFlag.FIXED, MapFlag.FIXED_NOREPLACE, MapFlag.GROWSDOWN, MapFlag.EXCL, MapFlag.GUARD
        }) {
      var e = assertThrows(IllegalArgumentException.class, () -> request.flags(flag));
      assertTrue(e.getMessage().contains(flag.name()), e::getMessage);
    }
  }

  @Test
  void guardsAreRefusedAsAdvice() {
    Mapping request = Mapping.anonymous(PAGE);
    assertThrows(IllegalArgumentException.class, () -> request.advise(Advice.GUARD_INSTALL));
  }

  @Test
  void flagsThatContradictEachOtherAreRefusedWhenMapping() {
    Path file = Samples.file(folder, PAGE);
    assertRefused(Mapping.file(file).copyOnWrite().flags(MapFlag.SYNC));
    assertRefused(Mapping.file(file).copyOnWrite().flags(MapFlag.SHARED_VALIDATE));
    assertRefused(Mapping.file(file).flags(MapFlag.DROPPABLE));
    assertRefused(
        Mapping.anonymous(PAGE).shared().flags(MapFlag.DROPPABLE, MapFlag.SHARED_VALIDATE));
    assertRefused(Mapping.anonymous(PAGE).flags(MapFlag.HUGE_2MB));
    assertRefused(
        Mapping.anonymous(PAGE).flags(MapFlag.HUGETLB, MapFlag.HUGE_2MB, MapFlag.HUGE_1GB));
  }

  @Test
  void syncBringsSharedValidateWithIt() {
    Path file = Samples.file(folder, PAGE);
    Mapping request = Mapping.file(file).flags(MapFlag.SYNC);

    // Only persistent memory supports it; the test is that the kernel saw the flag.
    var e = assertThrows(MmanException.class, request::mapConfined);
    assertEquals(Errno.EOPNOTSUPP, e.error());
    assertTrue(e.getMessage().contains("SHARED_VALIDATE|SYNC"), e::getMessage);
  }

  @Test
  void aFlagThatThePlatformLacksIsNamed() {
    Mapping request = Mapping.anonymous(PAGE).flags(MapFlag.JIT);
    var e = assertThrows(UnsupportedOperationException.class, request::mapConfined);
    assertTrue(e.getMessage().contains("MAP_JIT"), e::getMessage);
  }

  @Test
  void sizesAndOffsetsAreCheckedAtOnce() {
    Mapping file = Mapping.file(folder.resolve("any"));
    for (long wrong : new long[] {-1, Long.MIN_VALUE, Long.MAX_VALUE, Long.MAX_VALUE - PAGE}) {
      assertThrows(IllegalArgumentException.class, () -> Mapping.anonymous(wrong));
      assertThrows(IllegalArgumentException.class, () -> file.range(wrong, 1));
      assertThrows(IllegalArgumentException.class, () -> file.range(1, wrong));
      assertThrows(IllegalArgumentException.class, () -> file.from(wrong));
      assertThrows(IllegalArgumentException.class, () -> file.create(wrong));
    }
    long half = Long.MAX_VALUE / 2 + 1;
    assertThrows(IllegalArgumentException.class, () -> file.range(half, half));
  }

  @Test
  void anonymousMemoryHasNoFileToCreateOrToMapARangeOf() {
    Mapping request = Mapping.anonymous(PAGE);
    assertThrows(IllegalArgumentException.class, () -> request.range(0, 1));
    assertThrows(IllegalArgumentException.class, () -> request.from(0));
    assertThrows(IllegalArgumentException.class, () -> request.create(1));
    assertThrows(IllegalArgumentException.class, request::preallocate);
  }

  @Test
  void aPathInsideAZipFileIsRefused() throws IOException {
    URI zip = URI.create("jar:" + folder.resolve("a.zip").toUri());
    try (FileSystem inside = FileSystems.newFileSystem(zip, Map.of("create", "true"))) {
      Path path = inside.getPath("x");
      assertThrows(ProviderMismatchException.class, () -> Mapping.file(path));
    }
  }

  @Test
  void nullIsRefused() {
    assertThrows(NullPointerException.class, () -> Mapping.file((Path) null));
    assertThrows(NullPointerException.class, () -> Mapping.file((NativeFile) null));
    assertThrows(NullPointerException.class, () -> Mapping.anonymous(1).protection(null));
    assertThrows(NullPointerException.class, () -> Mapping.anonymous(1).map(null));
    assertThrows(NullPointerException.class, () -> MappedRegion.of(null));
  }

  private static void assertRefused(Mapping request) {
    assertThrows(IllegalArgumentException.class, request::mapConfined);
  }

  @Test
  void nullIsRefusedByTheMethodThatIsGivenIt() {
    Mapping mapping = Mapping.anonymous(1);
    assertThrows(NullPointerException.class, () -> mapping.advise((Advice) null));
    assertThrows(NullPointerException.class, () -> mapping.flags((MapFlag) null));
    assertThrows(NullPointerException.class, () -> mapping.protection(null));
    assertThrows(NullPointerException.class, () -> mapping.map(null));
  }
}
