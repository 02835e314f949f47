package example.h2;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * Inserts numbered rows until it is killed. It prints the number of each row after committing the
 * row.
 */
final class CommittedRows {
  private CommittedRows() {}

  public static void main(String... arguments) throws SQLException {
    FilePathMman.register();
    try (Connection connection = connect(arguments[0])) {
      long next = check(connection) + 1;
      connection.setAutoCommit(false);
      try (var insert = connection.prepareStatement("insert into numbered values (?, ?)");
          var count = connection.prepareStatement("update total set rows = rows + 1")) {
        for (; ; next++) {
          insert.setLong(1, next);
          insert.setString(2, text(next));
          insert.executeUpdate();
          count.executeUpdate();
          connection.commit();
          System.out.println(next);
        }
      }
    }
  }

  /** Connects to a database that writes each commit to its file immediately. */
  static Connection connect(String path) throws SQLException {
    String url = "jdbc:h2:" + path + ";WRITE_DELAY=0;DB_CLOSE_ON_EXIT=FALSE";
    return DriverManager.getConnection(url);
  }

  static void create(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("create table numbered(number bigint primary key, text varchar)");
      statement.execute("create table total(rows bigint) as select 0");
    }
  }

  /** Checks that there are only whole transactions, without gaps, and returns their number. */
  static long check(Connection connection) throws SQLException {
    long number = 0;
    try (Statement statement = connection.createStatement()) {
      try (ResultSet rows = statement.executeQuery("select * from numbered order by number")) {
        while (rows.next()) {
          number++;
          if (rows.getLong(1) != number || !rows.getString(2).equals(text(number))) {
            throw new AssertionError("row " + number + " is " + rows.getLong(1));
          }
        }
      }
      try (ResultSet total = statement.executeQuery("select rows from total")) {
        total.next();
        if (total.getLong(1) != number) {
          throw new AssertionError(number + " rows, not " + total.getLong(1));
        }
      }
    }
    return number;
  }

  private static String text(long number) {
    return ("row " + number + " ").repeat((int) (number * 31 % 200));
  }
}
