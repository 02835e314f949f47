package io.mman;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ProtectionTest {
  @ParameterizedTest
  @EnumSource
  void protectionIsTheExactCombinationItsNameSays(Protection protection) {
    List<String> rights = List.of(protection.name().split("_"));

    assertEquals(rights.contains("READ"), protection.canRead());
    assertEquals(rights.contains("WRITE"), protection.canWrite());
    assertEquals(rights.contains("EXEC"), protection.canExecute());
    assertEquals(8, Protection.values().length);
  }
}
