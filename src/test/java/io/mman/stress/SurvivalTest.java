package io.mman.stress;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.mman.testing.ChildJvm;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SurvivalTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "spareHugePages",
        "partOfHugePages",
        "stackOverflow",
        "sealedPart",
        "sealedPartInReserve",
        "arenaClosesMeanwhile",
        "fileIsCutMeanwhile"
      })
  void theJvmSurvives(String ordeal) {
    assertEquals(List.of("survived"), ChildJvm.of(Ordeals.class).run(ordeal).lines());
  }
}
