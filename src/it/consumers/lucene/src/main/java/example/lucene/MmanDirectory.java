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
import java.util.regex.Pattern;
import org.apache.lucene.store.DataAccessHint;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.store.FSLockFactory;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.util.Unwrappable;

/**
 * A Lucene directory that maps its files with mman. Use it in place of {@code MMapDirectory}.
 *
 * <p>If a file loses pages while it is open, because it is truncated or its disk fails, reads of
 * these pages return zeros, and the next slice or the close of its input throws an {@link
 * IOException}. This takes a descriptor for each open file, and works where {@link
 * Mman#survivesBusErrors} returns true. Elsewhere, the JVM may crash.
 *
 * <p>The files of a segment are unmapped together when the last of them is closed. This takes one
 * handshake with the threads of the JVM instead of one for each file.
 */
public final class MmanDirectory extends FSDirectory {
  /** Matches the segment of a file and the generation of its updates: {@code _1a_2_Lucene.dvd}. */
  private static final Pattern GROUP = Pattern.compile("^(_[a-z0-9]+(?:_[a-z0-9]+(?=[_.]))?).*");

  private final long chunkSize;
  private final ConcurrentHashMap<String, RegionGroup> groups = new ConcurrentHashMap<>();

  /** Opens a directory, which is created if necessary. Each file is mapped as a whole. */
  public MmanDirectory(Path path) throws IOException {
    this(path, 1L << 46);
  }

  /** Opens a directory whose files are mapped in chunks, of a power of two up to this size. */
  public MmanDirectory(Path path, long maxChunkSize) throws IOException {
    super(path, FSLockFactory.getDefault());
    chunkSize = Long.highestOneBit(maxChunkSize);
  }

  @Override
  public IndexInput openInput(String name, IOContext context) throws IOException {
    ensureOpen();
    ensureCanRead(name);
    Path path = directory.resolve(name);
    Arena arena = arena(name, context);
    MappedFile mapped = null;
    // Lucene's own tests wrap the default file system, which is the only one that mman supports.
    try (NativeFile file = NativeFile.open(Unwrappable.unwrapAll(path))) {
      Mapping request = Mapping.file(file).advise(advice(context));
      request = Mman.survivesBusErrors() ? request.surviveBusErrors() : request;
      long size = file.size();
      mapped = MappedFile.map(request, size, chunkSize, arena);
      return new MmanIndexInput("MmanIndexInput(" + path + ")", mapped, 0, size, arena);
    } catch (MmanException e) {
      throw e.getCause(); // a NoSuchFileException, for example
    } finally {
      if (mapped == null) {
        arena.close();
      }
    }
  }

  private Arena arena(String name, IOContext context) {
    if (context == IOContext.READONCE) {
      return Arena.ofConfined(); // for one thread, without a handshake
    }
    groups.values().removeIf(group -> !group.scope().isAlive());
    String segment =
        GROUP.matcher(name).replaceFirst("$1"); // or the whole name if it has another form
    return groups.compute(segment, (key, group) -> retained(group));
  }

  private static RegionGroup retained(RegionGroup group) {
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

  static Advice advice(IOContext context) {
    return context.context() != IOContext.Context.DEFAULT // a merge or a flush
            || context.hints().contains(DataAccessHint.SEQUENTIAL)
        ? Advice.SEQUENTIAL
        : context.hints().contains(DataAccessHint.RANDOM) ? Advice.RANDOM : Advice.NORMAL;
  }
}
