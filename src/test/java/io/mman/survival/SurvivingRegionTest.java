package io.mman.survival;

import static io.mman.survival.TruncatedFile.PAGE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.mman.Mapping;
import io.mman.Mman;
import io.mman.testing.ChildJvm;
import io.mman.testing.Overlay;
import io.mman.testing.Requirements;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** Regions mapped with {@link Mapping#surviveBusErrors}. */
class SurvivingRegionTest {
  @TempDir Path folder;

  @BeforeEach
  void requireSupport() {
    assumeTrue(Mman.survivesBusErrors());
  }

  @ParameterizedTest
  @EnumSource
  void regionReportsWhatItHasLost(Semantics test) {
    assertSurvived(ChildJvm.of(Semantics.class), test.name());
  }

  @ParameterizedTest
  @EnumSource
  void regionChangesWhilePagesAreLost(Reshaped test) {
    assertSurvived(ChildJvm.of(Reshaped.class), test.name());
  }

  @ParameterizedTest
  @EnumSource(
      mode = Mode.EXCLUDE,
      names = {"COPIED_BY_OVERLAYFS", "UNKNOWN_FILE_SYSTEM"})
  void regionKeepsItsFile(Keeping test) {
    assertSurvived(ChildJvm.of(Keeping.class), test.name());
  }

  @ParameterizedTest
  @EnumSource
  void bothHalvesOfAMirroredRegionSurvive(Mirrored test) {
    assertSurvived(ChildJvm.of(Mirrored.class), test.name());
  }

  @Test
  void regionOfOverlayfsIsRestoredFromTheRightFile() {
    ChildJvm child = ChildJvm.of(Keeping.class).under(Overlay.mountedAt(folder, 4 * PAGE));
    assertSurvived(child, Keeping.COPIED_BY_OVERLAYFS.name());
  }

  /** Two files may have the same inode number there, as on 9p. */
  @Test
  void regionsOfUnknownFileSystemsShareNothing() {
    Requirements.requireRoot();
    String mount = "mkdir \"$0\" && mount -t ramfs none \"$0\" && exec \"$@\"";
    String disk = folder.resolve("disk").toString();
    ChildJvm child = ChildJvm.of(Keeping.class).under("unshare", "-m", "sh", "-c", mount, disk);
    assertEquals(List.of("survived"), child.run(disk, Keeping.UNKNOWN_FILE_SYSTEM.name()).lines());
  }

  @ParameterizedTest
  @EnumSource
  void lossesAreRecordedAndCounted(Noticed test) {
    assertSurvived(ChildJvm.of(Noticed.class), test.name());
  }

  private void assertSurvived(ChildJvm child, String test) {
    assertEquals(List.of("survived"), child.run(folder.toString(), test).lines());
  }

  @Test
  void anonymousMemoryHasNoBusErrors() {
    Mapping anonymous = Mapping.anonymous(PAGE);
    assertThrows(IllegalArgumentException.class, anonymous::surviveBusErrors);
  }

  @Test
  void requestIsDescribed() {
    String text = Mapping.file(folder.resolve("a")).surviveBusErrors().toString();
    assertTrue(text.endsWith(", shared, READ, survive bus errors]"), text);
  }

  /** The file is not created. */
  @Test
  void denialChangesNothing() {
    Path path = folder.resolve("new");
    ChildJvm child = ChildJvm.of(Denied.class).options("-Dio.mman.busErrors=deny");

    assertEquals(
        List.of("false", "surviving bus errors is denied by -Dio.mman.busErrors=deny"),
        child.run(path.toString()).lines());
    assertFalse(Files.exists(path));
  }

  /** Prints whether regions can survive, and the message of the exception if one is mapped. */
  static class Denied {
    public static void main(String... arguments) {
      System.out.println(Mman.survivesBusErrors());
      Mapping request = Mapping.file(Path.of(arguments[0])).create(PAGE).surviveBusErrors();
      try {
        request.mapShared();
      } catch (UnsupportedOperationException e) {
        System.out.println(e.getMessage());
      }
    }
  }

  /** Neither survivesBusErrors nor any other mapping may install a handler. */
  @Test
  void handlerIsInstalledByTheFirstMappingOnly() {
    ChildJvm child = ChildJvm.of(Installing.class);

    assertEquals(List.of("true false false true false"), child.run(folder.toString()).lines());
  }

  /** The copies cannot see each other, but signals reach both handlers. */
  @Test
  void copiesOfTheLibraryDoNotInstallHandlersInTurn() {
    ChildJvm child = ChildJvm.of(TwoCopies.class);

    assertEquals(List.of("survived, 2 handlers"), child.run(folder.toString()).lines());
  }
}
