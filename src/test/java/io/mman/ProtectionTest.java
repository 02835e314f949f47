package io.mman;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ProtectionTest {
  @ParameterizedTest
  @EnumSource
  void protectionIsTheExactCombinationItsNameSays(Protection protection) {
    List<String> words = List.of(protection.name().split("_"));

    assertEquals(words.contains("READ"), protection.canRead());
    assertEquals(words.contains("WRITE"), protection.canWrite());
    assertEquals(words.contains("EXEC"), protection.canExecute());
    assertEquals(8, Protection.values().length);
  }
}
