package example.lucene;

import java.io.IOException;
import java.nio.file.Path;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.store.BaseChunkedDirectoryTestCase;

/** Runs Lucene's tests of directories whose files are mapped in chunks. */
public class ChunkedMmanDirectoryTest extends BaseChunkedDirectoryTestCase {
  @Override
  protected Directory getDirectory(Path path, int maxChunkSize) throws IOException {
    return new MmanDirectory(path, maxChunkSize);
  }
}
