package io.mman;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.testing.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The script that prints the notes of a release, and refuses what must not be published. */
class ReleaseNotesTest {
  private static final String CHANGELOG =
      """
      # Changelog

      ## 0.3.0

      Has no date.

      ## 0.2.1 (unreleased)

      Is not finished.

      ## 0.2.0 (2027-01-31)

      ## 0.1.0 (2026-12-24)

      The first release.

      ### Added

      - Everything.

      ## 0.1.0-rc (2026-12-01)

      A candidate.
      """;

  @TempDir Path folder;

  @Test
  void theNotesAreTheSectionOfTheVersion() throws IOException {
    assertEquals(
        "The first release.\n\n### Added\n\n- Everything.", notes("0.1.0").success().strip());
  }

  @ParameterizedTest
  @CsvSource({
    "0.3.0, has no date",
    "0.2.1, has no date",
    "0.2.0, has an empty section",
    "0.1, has no section",
    "9.9.9, has no section"
  })
  void anUnfinishedSectionIsRefused(String version, String reason) throws IOException {
    Command.Outcome outcome = notes(version);

    assertEquals(1, outcome.exitCode());
    assertTrue(outcome.err().contains(reason), outcome::err);
  }

  private Command.Outcome notes(String version) throws IOException {
    Path changelog = Files.writeString(folder.resolve("CHANGELOG.md"), CHANGELOG);
    return Command.run(List.of("sh", ".ci/release-notes", version, changelog.toString()));
  }
}
