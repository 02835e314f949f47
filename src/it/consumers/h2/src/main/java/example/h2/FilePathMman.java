package example.h2;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import org.h2.store.fs.FilePath;
import org.h2.store.fs.FilePathWrapper;

/**
 * A file system of H2 that maps its files with mman. Register it before the first connection, and
 * put {@code mman:} in front of the path of the database:
 *
 * <pre>{@code
 * FilePathMman.register();
 * Connection connection = DriverManager.getConnection("jdbc:h2:mman:/data/test");
 * }</pre>
 *
 * <p>The files are those of the default file system of H2, which can open the same database.
 */
public final class FilePathMman extends FilePathWrapper {
  /** Makes H2 recognize paths that begin with {@code mman:}. */
  public static void register() {
    FilePath.register(new FilePathMman());
  }

  @Override
  public FileChannel open(String mode) throws IOException {
    FilePath file = getBase();
    if (!file.getScheme().equals("file")) {
      throw new IOException("only files of the disk can be mapped: " + name);
    }
    return new MmanFile(name, Path.of(file.toString()), mode);
  }

  @Override
  public String getScheme() {
    return "mman";
  }
}
