package io.mman.internal.signal;

import io.mman.internal.libc.FileCalls;
import io.mman.internal.libc.MemoryCalls;
import io.mman.testing.Samples;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Pages inside a file that cannot be had. Each runs in a JVM that sees a small disk. */
enum Disks {
  /** A hole of a file on a full disk: only the page that is stored to is lost. */
  FULL {
    @Override
    void run(Path disk) {
      long pages = (12L << 20) / PAGE;
      try (Victim victim = Victim.of(Samples.sparse(disk, pages * PAGE), pages * PAGE)) {
        for (long i = 0; i < pages; i++) {
          victim.set(i * PAGE, 1 + (int) (i % 100));
        }
        long lost = victim.range.lostPages();
        long stored = Samples.diskBytes(victim.path) / PAGE;
        Victim.require(lost > 0 && lost < pages, lost + " lost");
        Victim.require(lost + stored == pages, lost + " lost and " + stored + " on disk");
        for (long i = 0; i < pages; i++) {
          Victim.require(victim.get(i * PAGE) == 1 + (int) (i % 100), "page " + i);
        }
        Victim.require(victim.range.lostPages() == lost, "lost twice");
        Victim.require(victim.range.lost().count() == lost, "not marked");
        long first = victim.range.lost().first(0, pages * PAGE);
        Victim.require(Samples.read(victim.path, first, 1)[0] == 0, "in the file after all");
        victim.truncate((pages - 8) * PAGE); // now a suffix, but those pages are lost already
        victim.get(pages * PAGE - 1);
        Victim.require(victim.range.lostPages() <= lost + 8, "replaced twice");
        Victim.require(victim.restore() > 0, "not restored");
      }
    }
  },

  /** A medium that cannot read the blocks: a loop device whose file was truncated. */
  UNREADABLE {
    @Override
    void run(Path disk) throws IOException {
      long pages = 64;
      Path path = Samples.file(disk, pages * PAGE);
      try (Victim victim = Victim.of(path, pages * PAGE)) {
        Victim.check(FileCalls.fsync(victim.descriptor));
        int random = 1; // no readahead
        Victim.check(MemoryCalls.madvise(victim.segment, random));
        Victim.check(FileCalls.posixFadvise(victim.descriptor, 0, 0, 4 /* DONTNEED */));
        Samples.resize(Path.of(disk + ".img"), 4096);
        victim.requireZero(5 * PAGE, 6 * PAGE);
        victim.requireLost(1);
        victim.requireZero(40 * PAGE, 42 * PAGE);
        victim.requireLost(3);
        Victim.require(victim.range.lost().first(6 * PAGE, 58 * PAGE) == 40 * PAGE, "not marked");
        Victim.require(Files.size(path) == pages * PAGE, "another length");
      }
    }
  },

  /** Explicit huge pages, which are lost as a whole. */
  HUGE {
    @Override
    void run(Path disk) {
      long page = Long.getLong("page");
      Victim victim = Victim.ofHugePages(Samples.sparse(disk, 2 * page), 2 * page, page);
      victim.set(5, 7);
      victim.truncate(page);
      victim.requireZero(2 * page - 10, 2 * page);
      victim.requireZero(page, page + 10);
      victim.requireLost(1);
      Victim.require(victim.range.lost().first(0, 2 * page) == page, "not marked");
      Victim.require(victim.get(5) == 7, "lost too much");
      victim.set(page + 5, 8);
      victim.truncate(2 * page);
      Victim.require(victim.restore() == 1, "not restored");
      Victim.require(victim.get(page + 5) == 0, "not the file");
      victim.close();
    }
  };

  private static final long PAGE = Victim.PAGE;

  abstract void run(Path disk) throws IOException;

  /** Takes where the disk is mounted and the name of a test. */
  public static void main(String... arguments) throws IOException {
    valueOf(arguments[1]).run(Path.of(arguments[0]));
    System.out.println("survived");
  }
}
