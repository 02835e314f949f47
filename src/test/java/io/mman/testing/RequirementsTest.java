package io.mman.testing;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.opentest4j.AssertionFailedError;
import org.opentest4j.TestAbortedException;

class RequirementsTest {
  @Test
  void somethingMissingIsAFailureInContinuousIntegration() {
    var e =
        assertThrows(
            AssertionFailedError.class, () -> Requirements.require(false, "a thing", "true"));
    assertEquals("with CI=true the tests need a thing", e.getMessage());
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(strings = {"", "false"})
  void somethingMissingSkipsTheTestElsewhere(String ci) {
    var e =
        assertThrows(TestAbortedException.class, () -> Requirements.require(false, "a thing", ci));
    assertEquals("needs a thing", e.getMessage());
  }

  @Test
  void metRequirementsHaveNoEffect() {
    assertDoesNotThrow(() -> Requirements.require(true, "a thing", "true"));
    assertDoesNotThrow(() -> Requirements.requirePrograms("sh", "true"));
    assertDoesNotThrow(() -> Requirements.requireSuccess("a shell", "sh", "-c", "true"));
  }

  @Test
  void missingProgramsAndFailingCommandsAreNoticed() {
    Throwable e = assertThrows(Throwable.class, () -> Requirements.requirePrograms("mman-absent"));
    assertTrue(e.getMessage().endsWith("the program mman-absent"), e.getMessage());
    e = assertThrows(Throwable.class, () -> Requirements.requireSuccess("luck", "false"));
    assertTrue(e.getMessage().contains("luck Outcome[exitCode=1"), e.getMessage());
  }
}
