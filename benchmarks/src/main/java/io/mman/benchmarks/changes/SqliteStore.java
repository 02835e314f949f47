package io.mman.benchmarks.changes;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** A table of SQLite with a write-ahead log that each commit synchronizes. */
final class SqliteStore implements Store {
  private final Connection connection;
  private final PreparedStatement put;

  SqliteStore(Path folder) throws SQLException {
    connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("sqlite"));
    try (Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA journal_mode = WAL");
      statement.execute("PRAGMA synchronous = FULL");
      statement.execute("CREATE TABLE pages (number INTEGER PRIMARY KEY, bytes BLOB NOT NULL)");
    }
    connection.setAutoCommit(false);
    put =
        connection.prepareStatement(
            "INSERT INTO pages VALUES (?, ?)"
                + " ON CONFLICT (number) DO UPDATE SET bytes = excluded.bytes");
  }

  @Override
  public void put(int page, byte[] bytes) throws SQLException {
    put.setInt(1, page);
    put.setBytes(2, bytes);
    put.executeUpdate();
  }

  @Override
  public void commit() throws SQLException {
    connection.commit();
  }

  @Override
  public byte[] get(int page) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT bytes FROM pages WHERE number = " + page)) {
      rows.next();
      return rows.getBytes(1);
    } finally {
      connection.rollback(); // ends the transaction that the query has begun
    }
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
