package io.mman.examples;

import static io.mman.examples.PageCacheRuns.program;
import static io.mman.examples.PageCacheRuns.run;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.Mman;
import io.mman.testing.BelowTarget;
import io.mman.testing.Command;
import io.mman.testing.Requirements;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The option {@code --json} of the page cache tool; another program parses what it prints. */
class PageCacheJsonTest {
  /** Creates files whose names are hard to print, or checks that the report has just these. */
  private static final String NAMES =
      """
      import json, os, sys, urllib.parse
      folder = os.fsencode(sys.argv[1])
      names = [b'new\\nline', b'q"uo\\'te', b'back\\\\slash', b'not \\xff\\xfe UTF-8', b'\\xed\\xa0\\x80',
               b'\\x01\\x1b[31m\\x7f', b'tab\\t', b' ', b'100%20', 'gr\\u00fc\\u00dfe \\U0001f600'.encode()]
      if len(sys.argv) == 2:
          for name in names:
              open(os.path.join(folder, name), 'w').write('x')
      else:
          report = json.load(open(sys.argv[2], encoding='ascii'))
          paths = [urllib.parse.unquote_to_bytes(f['uri'].removeprefix('file://')) for f in report['files']]
          assert sorted(paths) == sorted(os.path.join(folder, name) for name in names), paths
          assert report['total']['files'] == len(names) and report['failures'] == [], report
          readable = [f['path'] for f in report['files']]
          assert os.fsdecode(folder) + '/gr\\u00fc\\u00dfe \\U0001f600' in readable, readable
          assert os.fsdecode(folder) + '/new\\nline' in readable, readable
      """;

  @TempDir(factory = BelowTarget.class)
  Path folder;

  @Test
  void everyFileAndTheTotalAreNumbers() throws IOException {
    long page = Mman.pageSize();
    Path file = Files.write(folder.resolve("file"), new byte[(int) page + 1]);
    run("--evict", file).success();

    String names = "\"path\": \"%s\", \"uri\": \"%s\"".formatted(file, file.toUri());
    assertEquals(
        """
        {"files": [
          {%s, "bytes": %d, "pages": 2, "residentPages": 0}
        ],
        "failures": [],
        "total": {"files": 1, "folders": 0, "bytes": %d, "pages": 2, "residentPages": 0, \
        "residentBytes": 0, "unknownFiles": 0, "failures": 0}}
        """
            .formatted(names, page + 1, page + 1),
        run("--json", file).success());
  }

  @Test
  void failuresAreReportedTwice() {
    Path missing = folder.resolve("missing");
    Command.Outcome outcome = run("--json", missing);

    assertEquals(1, outcome.exitCode());
    assertEquals("pages: " + missing + ": no such file or folder\n", outcome.err());
    String names = "\"path\": \"%s\", \"uri\": \"%s\"".formatted(missing, missing.toUri());
    assertTrue(
        outcome
            .out()
            .startsWith(
                "{\"files\": [],\n\"failures\": [{"
                    + names
                    + ", \"reason\": \"no such file or folder\"}],\n"),
        outcome::out);
  }

  @Test
  void namesOfAnyBytesSurvive() throws IOException {
    Requirements.requirePrograms("python3");
    Path files = Files.createDirectory(folder.resolve("files"));
    python(files.toString());
    String report = program().under("env", "LC_ALL=C.UTF-8").run("-j", files.toString()).success();
    Path json = Files.writeString(folder.resolve("report.json"), report);

    python(files.toString(), json.toString());
  }

  private static void python(String... arguments) {
    List<String> words = new ArrayList<>(List.of("python3", "-c", NAMES));
    words.addAll(List.of(arguments));
    Command.run(words).success();
  }
}
