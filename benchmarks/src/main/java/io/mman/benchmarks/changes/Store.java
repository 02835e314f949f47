package io.mman.benchmarks.changes;

import java.nio.file.Path;
import java.sql.SQLException;

/** A file of pages, or a database with a page for each number, to which changes are committed. */
interface Store extends AutoCloseable {
  int PAGE = 4096;

  /** Replaces a page. */
  void put(int page, byte[] bytes) throws Exception;

  /** Returns when all pages replaced since the last call are on the disk. */
  void commit() throws Exception;

  /** Returns a page. */
  byte[] get(int page) throws Exception;

  @Override
  void close() throws SQLException;

  /** The stores that take turns. */
  enum Kind {
    STAGED("`StagedRegion.commit`"),
    SYNCED("`MappedRegion.sync`, not atomic"),
    SQLITE("SQLite, WAL"),
    LMDB("LMDB");

    final String text;

    Kind(String text) {
      this.text = text;
    }

    /** Opens a new store in a folder. Its pages are to be put before they are used. */
    Store open(Path folder, int pages) throws Exception {
      return switch (this) {
        case STAGED -> new StagedStore(folder, pages);
        case SYNCED -> new SyncedStore(folder, pages);
        case SQLITE -> new SqliteStore(folder);
        case LMDB -> new LmdbStore(folder, pages);
      };
    }
  }
}
