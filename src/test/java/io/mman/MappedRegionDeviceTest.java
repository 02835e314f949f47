package io.mman;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.testing.ChildJvm;
import io.mman.testing.Command;
import io.mman.testing.Requirements;
import io.mman.testing.Samples;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Devices, which the kernel maps past their end: an access there is SIGBUS. */
class MappedRegionDeviceTest {
  private static final long PAGE = Mman.pageSize();
  private static final Path ZERO = Path.of("/dev/zero");
  private static final String NO_END = "UnsupportedOperationException: a region of the device \"";
  private static final String PAST = "IllegalArgumentException: size ";

  @TempDir Path folder;

  /** Grows a region of a device from one page, and accesses the last byte if it has grown. */
  static class Grower {
    private final NativeFile device;

    Grower(NativeFile device) {
      this.device = device;
    }

    public static void main(String... arguments) {
      long offset = Long.parseLong(arguments[1]);
      long newSize = Long.parseLong(arguments[2]);
      try (NativeFile device = NativeFile.open(Path.of(arguments[0]), StandardOpenOption.WRITE)) {
        Grower grower = new Grower(device);
        Mapping mapping = Mapping.file(device).readWrite().range(offset, PAGE);
        Mapping reserved = mapping.reserve(newSize);
        for (Mapping one :
            List.of(mapping, reserved, mapping.copyOnWrite(), reserved.copyOnWrite())) {
          for (boolean extend : new boolean[] {false, true}) {
            grower.grow(one, extend, newSize);
          }
        }
        Mapping path = Mapping.file(Path.of(arguments[0])).readWrite().range(offset, PAGE);
        grower.grow(path.reserve(newSize), false, newSize);
        grower.grow(path.reserve(newSize), true, newSize);
      }
    }

    private void grow(Mapping mapping, boolean extend, long newSize) {
      try (MappedRegion region = mapping.mapShared()) {
        try {
          var view = extend ? region.extend(newSize) : region.resize(newSize);
          view.set(ValueLayout.JAVA_BYTE, newSize - 1, (byte) 1);
          System.out.println("grown");
        } catch (IllegalArgumentException | UnsupportedOperationException e) {
          System.out.println(e.getClass().getSimpleName() + ": " + e.getMessage());
        }
        region.segment().set(ValueLayout.JAVA_BYTE, PAGE - 1, (byte) 1);
        assert device.isOpen();
      }
    }
  }

  private static void assertAll(String expected, Path device, long offset, long newSize) {
    List<String> lines =
        ChildJvm.of(Grower.class)
            .run(device.toString(), Long.toString(offset), Long.toString(newSize))
            .lines();
    assertEquals(10, lines.size(), lines::toString);
    for (String line : lines) {
      assertTrue(line.startsWith(expected), line);
    }
  }

  @Test
  void aRegionOfADeviceWithoutALengthDoesNotGrow() {
    assertAll(NO_END + "/dev/zero\" cannot grow, because its size is not known", ZERO, 0, 3 * PAGE);
  }

  @Test
  void aRegionOfABlockDeviceGrowsToItsEnd() throws Exception {
    withLoopDevice(
        8 * PAGE + 512, // so that the device ends inside a page
        device -> {
          assertAll("grown", device, PAGE, 7 * PAGE + 512);
          assertAll(PAST + (7 * PAGE + 513) + " reaches past", device, PAGE, 7 * PAGE + 513);
          assertAll(PAST + 20 * PAGE + " reaches past the end of \"", device, 0, 20 * PAGE);
        });
  }

  private interface Use {
    void of(Path device) throws Exception;
  }

  private void withLoopDevice(long bytes, Use use) throws Exception {
    Requirements.requirePrograms("losetup");
    Requirements.requireRoot();
    Path image = Samples.file(folder, bytes);
    Command.Outcome setup = Command.run(List.of("losetup", "--find", "--show", image.toString()));
    Path device = Path.of(setup.success().strip());
    try {
      use.of(device);
    } finally {
      Command.run(List.of("losetup", "--detach", device.toString())).success();
    }
  }

  @Test
  void aRegionOfADeviceShrinksAndKeepsItsSize() {
    try (NativeFile device = NativeFile.open(ZERO, StandardOpenOption.WRITE);
        MappedRegion region = Mapping.file(device).readWrite().range(0, 3 * PAGE).mapConfined()) {
      assertEquals(3 * PAGE, region.extend(3 * PAGE).byteSize());
      assertEquals(PAGE, region.resize(PAGE).byteSize());
      assertThrows(UnsupportedOperationException.class, () -> region.resize(PAGE + 1));
      region.segment().fill((byte) 1);
    }
  }

  /** Each line of the output is what became of one mapping, whose last byte is read. */
  static class ZeroFromAnOffset {
    public static void main(String... arguments) {
      try (NativeFile file = NativeFile.open(ZERO, StandardOpenOption.WRITE)) {
        Mapping zero = Mapping.file(file).range(PAGE, PAGE);
        attempt(zero, null);
        attempt(zero.readWrite(), null);
        attempt(zero.protection(Protection.WRITE), Protection.READ);
        attempt(zero.protection(Protection.NONE), Protection.READ);
        attempt(zero.protection(Protection.NONE).reserve(4 * PAGE), Protection.READ_WRITE);
        attempt(zero.copyOnWrite(), null);
      }
    }

    private static void attempt(Mapping mapping, Protection later) {
      try (MappedRegion region = mapping.mapShared()) {
        if (later != null) {
          System.out.print("mapped, then ");
          region.protect(later);
        }
        System.out.println("read " + region.segment().get(ValueLayout.JAVA_BYTE, PAGE - 1));
      } catch (IllegalArgumentException e) {
        System.out.println(e.getMessage());
      }
    }
  }

  /** The kernel makes a new object of the mapping's size, but keeps the offset into it. */
  @Test
  void sharedPagesOfZeroFromAnotherOffsetAreRefused() {
    String refused =
        "the range reaches past the end of \"/dev/zero\", where an access would raise SIGBUS";
    assertEquals(
        List.of(
            refused,
            refused,
            refused,
            "mapped, then " + refused,
            "mapped, then " + refused,
            "read 0"),
        ChildJvm.of(ZeroFromAnOffset.class).run().lines());
  }
}
