package io.mman.stress;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.mman.Mman;
import io.mman.testing.ChildJvm;
import io.mman.testing.Command;
import io.mman.testing.Samples;
import java.io.IOException;
import java.lang.module.ModuleFinder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Surviving regions next to other regions, other signals, and vector instructions. */
class SurvivorsAndOthersTest {
  /** Accesses that HotSpot compiles to loads and stores of whole vectors. */
  private static final String VECTORS =
      """
      import io.mman.MappedRegion;
      import io.mman.Mapping;
      import java.lang.foreign.MemorySegment;
      import java.nio.ByteOrder;
      import java.nio.channels.FileChannel;
      import java.nio.file.Path;
      import java.nio.file.StandardOpenOption;
      import jdk.incubator.vector.ByteVector;
      import jdk.incubator.vector.VectorOperators;
      import jdk.incubator.vector.VectorSpecies;

      class Vectors {
        static final VectorSpecies<Byte> SPECIES = ByteVector.SPECIES_PREFERRED;

        public static void main(String... arguments) throws Exception {
          Path path = Path.of(arguments[0]);
          try (FileChannel file = FileChannel.open(path, StandardOpenOption.WRITE);
              MappedRegion region =
                  Mapping.file(path).readWrite().surviveBusErrors().mapShared()) {
            MemorySegment segment = region.segment();
            for (int i = 0; i < 1000; i++) {
              require(count(segment) == 64 * 4096, "the sample has zeros");
              negate(segment);
            }
            file.truncate(16 * 4096);
            require(count(segment) == 16 * 4096, "not zero");
            require(region.lostPages() == 48, region.lostPages() + " lost");
            negate(segment);
            require(count(segment) == 16 * 4096, "not stored");
            System.out.println("survived");
          }
        }

        static long count(MemorySegment segment) {
          long count = 0;
          for (long i = 0; i < segment.byteSize(); i += SPECIES.length()) {
            ByteVector bytes =
                ByteVector.fromMemorySegment(SPECIES, segment, i, ByteOrder.nativeOrder());
            count += bytes.compare(VectorOperators.NE, (byte) 0).trueCount();
          }
          return count;
        }

        static void negate(MemorySegment segment) {
          for (long i = 0; i < segment.byteSize(); i += SPECIES.length()) {
            ByteVector.fromMemorySegment(SPECIES, segment, i, ByteOrder.nativeOrder())
                .neg()
                .intoMemorySegment(segment, i, ByteOrder.nativeOrder());
          }
        }

        static void require(boolean condition, String what) {
          if (!condition) {
            throw new AssertionError(what);
          }
        }
      }
      """;

  @TempDir Path folder;

  @BeforeEach
  void requireSurvival() {
    assumeTrue(Mman.survivesBusErrors());
  }

  private Command.Outcome lose(boolean survivor, String code) {
    return ChildJvm.of(Bystander.class).run(folder.toString(), "" + survivor, code);
  }

  @Test
  void otherRegionsGetTheSameErrorAsWithoutSurvivors() {
    assertEquals(List.of("0 lost", "InternalError"), lose(false, "java").lines());
    assertEquals(List.of("3 lost", "InternalError"), lose(true, "java").lines());
  }

  @Test
  void nativeCodeOnOtherRegionsEndsTheJvmAsWithoutSurvivors() {
    Command.Outcome without = lose(false, "native");
    Command.Outcome with = lose(true, "native");

    assertNotEquals(0, without.exitCode());
    assertEquals(without.exitCode(), with.exitCode());
    assertTrue(with.out().startsWith("3 lost"), with.out());
    for (Command.Outcome outcome : List.of(without, with)) {
      assertTrue(outcome.out().contains("SIGBUS (0x7)"), outcome.out());
      assertFalse(outcome.out().contains("copied"), outcome.out());
    }
  }

  @Test
  void lostPagesDoNotAllowMoreThanTheirFile() {
    assertEquals(
        List.of("survived"), ChildJvm.of(ReadOnlySurvivor.class).run(folder.toString()).lines());
  }

  @Test
  void profilersInterruptThreadsThatSurvive() {
    assertEquals(
        List.of("survived"), ChildJvm.of(SignalStorm.class).run(folder.toString(), "1000").lines());
  }

  @Test
  void transparentHugePagesChangeNothing() {
    ChildJvm child = ChildJvm.of(TruncationStorm.class).options("-XX:+UseTransparentHugePages");

    assertEquals(List.of("survived"), child.run(folder.toString(), "SELF", "100").lines());
  }

  @Test
  void vectorAccessesSurvive() throws IOException {
    assumeTrue(
        ModuleFinder.ofSystem().find("jdk.incubator.vector").isPresent(), "the JDK lacks it");
    Path source = Files.writeString(folder.resolve("Vectors.java"), VECTORS);
    Path file = Samples.file(folder, 64 * 4096);

    Command.Outcome outcome =
        Command.run(
            List.of(
                System.getProperty("java.home") + "/bin/java",
                "--add-modules",
                "jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("mman.classes", "target/classes"),
                source.toString(),
                file.toString()));

    assertEquals("survived\n", outcome.success());
  }
}
