package example.h2;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import org.h2.store.fs.FilePath;
import org.h2.store.fs.FilePathWrapper;

/**
 * A file system for H2 that maps its files with mman. Register it before the first connection is
 * opened, and prefix the path of the database with {@code mman:}
 *
 * <pre>{@code
 * FilePathMman.register();
 * Connection connection = DriverManager.getConnection("jdbc:h2:mman:/data/test");
 * }</pre>
 *
 * <p>The files have the same names and contents as in the default file system of H2, which can
 * therefore open the same database.
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
      throw new IOException("only files of the default file system can be mapped: " + name);
    }
    return new MmanFile(name, Path.of(file.toString()), mode);
  }

  @Override
  public String getScheme() {
    return "mman";
  }
}
