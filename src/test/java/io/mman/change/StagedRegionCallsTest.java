package io.mman.change;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.mman.Mman;
import io.mman.testing.Injection;
import io.mman.testing.Requirements;
import io.mman.testing.TracedThread;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests the order of the system calls of a commit, on which its guarantees depend. */
class StagedRegionCallsTest {
  private static final long PAGE = Mman.pageSize();

  @TempDir Path folder;

  @Test
  void theJournalIsOnTheMediumBeforeTheFileIsWrittenAndLongerThanThat() throws Exception {
    Requirements.requireAttaching();
    try (StagedRegion db =
            StagedRegion.open(folder.resolve("file"), 10 * PAGE, folder.resolve("journal"));
        TracedThread thread = new TracedThread();
        TracedThread spare = new TracedThread()) {
      db.segment().set(JAVA_BYTE, 0, (byte) 1);
      db.segment().set(JAVA_BYTE, 3 * PAGE, (byte) 1);
      assertEquals(
          List.of(
              "pwrite64 journal", // ranges
              "pwrite64 journal", // pages
              "pwrite64 journal", // header
              "fdatasync journal",
              "fcntl file", // acquire the lock
              "pwrite64 file",
              "pwrite64 file",
              "fdatasync file",
              "fcntl file",
              "pwrite64 journal"), // empty header
          calls(db, thread, spare));
      assertEquals(List.of(), calls(db, thread, spare));
    }
  }

  private static List<String> calls(StagedRegion db, TracedThread thread, TracedThread spare)
      throws Exception {
    List<String> names = List.of("pwrite64", "fdatasync", "fsync", "ftruncate", "fcntl");
    try (Injection counting = Injection.counting(names, List.of(thread, spare))) {
      thread.call(db::commit);
      List<String> calls = counting.end().getOrDefault(thread.id(), List.of());
      String journal =
          calls.isEmpty() ? "" : descriptor(calls.getFirst()); // the journal is written first
      List<String> named = new ArrayList<>();
      for (String call : calls) {
        String file = descriptor(call).equals(journal) ? "journal" : "file";
        named.add(call.substring(0, call.indexOf('(')) + " " + file);
      }
      return named;
    }
  }

  private static String descriptor(String call) {
    return call.substring(call.indexOf('(') + 1).split("[,)]")[0];
  }
}
