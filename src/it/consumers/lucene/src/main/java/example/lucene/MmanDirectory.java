package example.lucene;

import io.mman.Advice;
import io.mman.Mapping;
import io.mman.Mman;
import io.mman.MmanException;
import io.mman.NativeFile;
import io.mman.RegionGroup;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.lucene.store.DataAccessHint;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.store.FSLockFactory;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.LockFactory;
import org.apache.lucene.store.PreloadHint;
import org.apache.lucene.util.Unwrappable;

/**
 * A Lucene directory that maps its files with mman. It takes the place of {@code MMapDirectory}:
 *
 * <pre>{@code
 * Directory directory = new MmanDirectory(Path.of("index"));
 * }</pre>
 *
 * <p>A file that loses bytes while it is open, because it is truncated or its disk fails, does not
 * end the JVM: reads of these bytes return zeros, and the next slice or the close of the input
 * throws an {@link IOException}. For that, each file keeps a descriptor as long as it is mapped.
 *
 * <p>The files of one segment are unmapped together, when the last of them is closed. This takes
 * one handshake with the threads of the JVM, not one for each file.
 */
public final class MmanDirectory extends FSDirectory {
  /** Greater than any file, so that each file is mapped in one piece. */
  public static final long DEFAULT_CHUNK_SIZE = 1L << 46;

  /** The segment of a file and, for a file of updates, the generation: {@code _1a_2_Lucene.dvd}. */
  private static final Pattern GROUP = Pattern.compile("(_[a-z0-9]+(?:_[a-z0-9]+(?=[_.]))?).*");

  private final long chunkSize;
  private final ConcurrentHashMap<String, RegionGroup> groups = new ConcurrentHashMap<>();

  /**
   * Opens a directory, which is created if it does not exist.
   *
   * @param path the directory
   * @throws IOException if the directory cannot be created
   */
  public MmanDirectory(Path path) throws IOException {
    this(path, FSLockFactory.getDefault(), DEFAULT_CHUNK_SIZE);
  }

  /**
   * Opens a directory, which is created if it does not exist.
   *
   * @param path the directory
   * @param locks creates the lock of the index writer
   * @param maxChunkSize the largest number of bytes that are mapped in one piece; it is rounded
   *     down to a power of two
   * @throws IOException if the directory cannot be created
   * @throws IllegalArgumentException if the size is not positive
   */
  public MmanDirectory(Path path, LockFactory locks, long maxChunkSize) throws IOException {
    super(path, locks);
    if (maxChunkSize <= 0) {
      throw new IllegalArgumentException("chunk size: " + maxChunkSize);
    }
    chunkSize = Long.highestOneBit(maxChunkSize);
  }

  @Override
  public IndexInput openInput(String name, IOContext context) throws IOException {
    ensureOpen();
    ensureCanRead(name);
    Path path = directory.resolve(name);
    Arena arena = arena(name, context);
    MappedFile file = null;
    try {
      // Lucene's own tests wrap the default file system, which is the only one that mman knows.
      file = map(Unwrappable.unwrapAll(path), advice(context), arena);
      if (context.hints().contains(PreloadHint.INSTANCE)) {
        file.prefetch(0, file.length);
      }
      return new MmanIndexInput("MmanIndexInput(path=\"" + path + "\")", file);
    } catch (MmanException e) {
      throw e.getCause(); // a NoSuchFileException, for example
    } finally {
      if (file == null) {
        arena.close();
      }
    }
  }

  private MappedFile map(Path path, Advice advice, Arena arena) {
    try (NativeFile opened = NativeFile.open(path)) {
      Mapping request = Mapping.file(opened);
      if (advice != Advice.NORMAL) {
        request = request.advise(advice);
      }
      if (Mman.survivesBusErrors()) {
        request = request.surviveBusErrors();
      }
      return new MappedFile(request, opened.size(), chunkSize, arena, this::forgetClosedGroups);
    }
  }

  /** A file that is read once needs no handshake: only the thread that opens it may use it. */
  private Arena arena(String name, IOContext context) {
    if (context == IOContext.READONCE) {
      return Arena.ofConfined();
    }
    Matcher matcher = GROUP.matcher(name);
    return matcher.matches()
        ? groups.compute(matcher.group(1), (key, group) -> join(group))
        : RegionGroup.open();
  }

  private static RegionGroup join(RegionGroup group) {
    if (group != null) {
      try {
        group.retain();
        return group;
      } catch (IllegalStateException e) {
        // Its last file has just been closed.
      }
    }
    return RegionGroup.open();
  }

  private void forgetClosedGroups() {
    groups.values().removeIf(group -> !group.scope().isAlive());
  }

  static Advice advice(IOContext context) {
    if (context.context() != IOContext.Context.DEFAULT
        || context.hints().contains(DataAccessHint.SEQUENTIAL)) {
      return Advice.SEQUENTIAL; // a merge or a flush
    }
    return context.hints().contains(DataAccessHint.RANDOM) ? Advice.RANDOM : Advice.NORMAL;
  }
}
