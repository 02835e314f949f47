package example.h2;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Random;
import org.h2.jdbc.JdbcSQLNonTransientConnectionException;
import org.junit.Assert;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** Tests databases whose files are mapped, and kills the JVM that writes to one of them. */
public class KilledDatabaseTest {
  private static final int KILLS = Integer.getInteger("kills", 10);
  private static final int SIGKILL = 9;

  @Rule public final TemporaryFolder folder = new TemporaryFolder();

  private String path;

  @Before
  public void register() {
    FilePathMman.register();
    path = folder.getRoot() + "/test";
  }

  @Test
  public void everyCommittedRowSurvivesKill9() throws Exception {
    Random random = Seed.random();
    try (Connection connection = CommittedRows.connect("mman:" + path)) {
      CommittedRows.create(connection);
    }
    long rows = 0;
    for (int i = 0; i < KILLS; i++) {
      long committed = killAfter(random.nextInt(200), rows);
      try (Connection connection = CommittedRows.connect("mman:" + path)) {
        rows = CommittedRows.check(connection);
      }
      String found = rows + " rows, of which the last that was reported is " + committed;
      assertTrue(found, rows == committed || rows == committed + 1);
    }
    try (Connection connection = CommittedRows.connect(path)) {
      assertEquals("read without mman", rows, CommittedRows.check(connection));
    }
  }

  /**
   * Starts a JVM, kills it after it has committed some rows, and returns the last one it reported.
   */
  private long killAfter(int rows, long before) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "--illegal-native-access=deny",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                CommittedRows.class.getName(),
                "mman:" + path)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    long last = before;
    try (BufferedReader output = process.inputReader()) {
      for (String line; (line = output.readLine()) != null; last = Long.parseLong(line)) {
        if (last == before + rows) {
          process.toHandle().destroyForcibly(); // keeps the output open
        }
      }
    }
    assertEquals(128 + SIGKILL, process.waitFor());
    return last;
  }

  @Test
  public void aDatabaseGrowsAndShrinks() throws SQLException {
    try (Connection connection = CommittedRows.connect("mman:" + path);
        Statement statement = connection.createStatement()) {
      statement.execute("create table test(id int primary key, text varchar, data blob)");
      statement.execute(
          "insert into test select x, 'text ' || x, secure_rand(x) from system_range(1, 3000)");
      statement.execute("create index texts on test(text)");
      statement.execute("delete from test where mod(id, 3) <> 0");
      statement.execute("shutdown compact");
    }
    try (Connection connection = CommittedRows.connect("mman:" + path);
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "select count(*), sum(length(data)) from test where text > 't'")) {
      assertTrue(row.next());
      assertEquals(1000, row.getInt(1));
      assertEquals(3 * 1000 * 1001 / 2, row.getInt(2));
    }
  }

  @Test
  public void aDatabaseIsLocked() throws SQLException {
    try (Connection first = CommittedRows.connect("mman:" + path)) {
      CommittedRows.create(first);
      Assert.assertThrows(
          JdbcSQLNonTransientConnectionException.class, () -> CommittedRows.connect(path));
    }
  }
}
