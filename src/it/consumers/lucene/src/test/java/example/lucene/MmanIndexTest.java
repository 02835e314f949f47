package example.lucene;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.mman.Mman;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.store.AlreadyClosedException;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.IndexOutput;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** Tests what Lucene's own tests do not cover: shared lifetimes, and files that lose pages. */
public class MmanIndexTest {
  private static final int DOCUMENTS = 100;

  @Rule public final TemporaryFolder folder = new TemporaryFolder();

  @Test
  public void anIndexIsSearched() throws IOException {
    try (MmanDirectory directory = new MmanDirectory(folder.getRoot().toPath())) {
      index(directory);
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        IndexSearcher searcher = new IndexSearcher(reader);
        assertEquals(1, searcher.count(new TermQuery(new Term("id", "42"))));
        var nearest = new KnnFloatVectorQuery("vector", vector(42), 1);
        assertEquals(42, searcher.search(nearest, 1).scoreDocs[0].doc);
      }
    }
  }

  @Test
  public void theFilesOfASegmentAreUnmappedTogether() throws IOException {
    try (MmanDirectory directory = new MmanDirectory(folder.getRoot().toPath())) {
      write(directory, "_0.one", 2);
      write(directory, "_0.two", 1);
      write(directory, "_0_1.two", 1);
      IndexInput one = directory.openInput("_0.one", IOContext.DEFAULT);
      IndexInput two = directory.openInput("_0.two", IOContext.DEFAULT);
      IndexInput update = directory.openInput("_0_1.two", IOContext.DEFAULT);
      IndexInput clone = one.clone();
      one.close();
      assertEquals("the segment is still mapped", 7, clone.readByte());
      two.close();
      assertThrows(AlreadyClosedException.class, clone::readByte);
      assertThrows(AlreadyClosedException.class, () -> clone.prefetch(0, 1));
      assertEquals("updates have a lifetime of their own", 7, update.readByte());
      update.close();
      try (IndexInput again = directory.openInput("_0.one", IOContext.DEFAULT)) {
        assertEquals(7, again.readByte());
      }
    }
  }

  @Test
  public void aTruncatedFileIsAnExceptionAndNotACrash() throws IOException {
    assertTrue(Mman.survivesBusErrors());
    int length = 1 << 20;
    try (MmanDirectory directory = new MmanDirectory(folder.getRoot().toPath())) {
      write(directory, "_0.data", length);
      IndexInput input = directory.openInput("_0.data", IOContext.DEFAULT);
      try (FileChannel other =
          FileChannel.open(
              folder.getRoot().toPath().resolve("_0.data"), StandardOpenOption.WRITE)) {
        other.truncate(length / 2);
      }
      input.seek(length - 1);
      assertEquals(0, input.readByte());
      assertThrows(IOException.class, () -> input.slice("slice", 0, 1));
      assertThrows(IOException.class, input::close);
      assertThrows(AlreadyClosedException.class, () -> input.seek(0));
      assertThrows(AlreadyClosedException.class, () -> input.slice("slice", 0, 1));
    }
  }

  @Test
  public void aMissingFileIsTheExceptionOfTheJdk() throws IOException {
    try (MmanDirectory directory = new MmanDirectory(folder.getRoot().toPath())) {
      assertThrows(
          NoSuchFileException.class, () -> directory.openInput("_0.data", IOContext.DEFAULT));
    }
  }

  @Test
  public void aFileThatIsReadOnceBelongsToOneThread() throws IOException {
    try (MmanDirectory directory = new MmanDirectory(folder.getRoot().toPath())) {
      write(directory, "_0.data", 1);
      try (IndexInput input = directory.openInput("_0.data", IOContext.READONCE)) {
        var other = CompletableFuture.supplyAsync(() -> read(input));
        var failure = assertThrows(CompletionException.class, other::join);
        assertEquals(WrongThreadException.class, failure.getCause().getClass());
        assertEquals(7, input.readByte());
      }
    }
  }

  private static byte read(IndexInput input) {
    try {
      return input.readByte();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void index(MmanDirectory directory) throws IOException {
    try (IndexWriter writer = new IndexWriter(directory, new IndexWriterConfig())) {
      for (int i = 0; i < DOCUMENTS; i++) {
        Document document = new Document();
        document.add(new StringField("id", Integer.toString(i), Field.Store.YES));
        document.add(new KnnFloatVectorField("vector", vector(i)));
        writer.addDocument(document);
      }
    }
  }

  private static float[] vector(int i) {
    double angle = Math.PI * i / DOCUMENTS;
    return new float[] {(float) Math.cos(angle), (float) Math.sin(angle)};
  }

  private static void write(MmanDirectory directory, String name, int length) throws IOException {
    try (IndexOutput output = directory.createOutput(name, IOContext.DEFAULT)) {
      byte[] bytes = new byte[length];
      Arrays.fill(bytes, (byte) 7);
      output.writeBytes(bytes, length);
    }
  }
}
