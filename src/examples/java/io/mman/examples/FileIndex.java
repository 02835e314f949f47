package io.mman.examples;

import io.mman.Advice;
import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.NativeFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * Finds the lines of a large text file by their numbers, which start at 0. The file is read once
 * from start to end, with advice to read far ahead, and then at random, with advice not to read
 * ahead. The index stores the offset of every 16th line in memory that grows without moving: the
 * longest index that the file could need takes only address space.
 *
 * <p>No other process may truncate the file meanwhile: see {@link Mapping}, truncation. The
 * arguments are a path and the numbers of the lines to print.
 */
public final class FileIndex implements AutoCloseable {
  private static final int STRIDE = 16;
  private static final long STEP = 1 << 20; // the step in bytes by which the index grows
  private static final long AHEAD = 128 << 10; // usually the largest range that one WILLNEED reads
  private static final ValueLayout.OfLong PLACE = ValueLayout.JAVA_LONG;

  private final Arena arena = Arena.ofShared(); // any thread may look up lines
  private final MappedRegion text;
  private final MappedRegion places;
  private final long lines;

  public static void main(String... arguments) {
    Usage.require(1, arguments, "FileIndex PATH [LINE...]");
    long start = System.nanoTime();
    try (FileIndex index = open(Path.of(arguments[0]))) {
      double seconds = (System.nanoTime() - start) / 1e9;
      System.out.printf(Locale.ROOT, "%,d lines, indexed in %.2f s%n", index.lines(), seconds);
      for (int i = 1; i < arguments.length; i++) {
        System.out.println(index.line(Long.parseLong(arguments[i])));
      }
    }
  }

  /** Maps a file and indexes its lines. */
  public static FileIndex open(Path path) {
    return new FileIndex(path);
  }

  private FileIndex(Path path) {
    try (NativeFile file = NativeFile.open(path)) {
      text = Mapping.file(file).advise(Advice.SEQUENTIAL).map(arena);
      long most = text.size() / STRIDE + 1;
      places = Mapping.anonymous(0).reserve(most * PLACE.byteSize()).map(arena);
      lines = findLines();
      text.advise(Advice.RANDOM);
    } catch (Throwable t) {
      arena.close();
      throw t;
    }
  }

  private long findLines() {
    MemorySegment bytes = text.segment();
    long size = bytes.byteSize();
    long line = 0;
    for (long at = 0; at < size; at = endOfLine(bytes, at) + 1) {
      if (line % STRIDE == 0) {
        note(line / STRIDE, at);
      }
      line++;
    }
    return line;
  }

  private void note(long index, long place) {
    long end = (index + 1) * PLACE.byteSize();
    if (end > places.size()) {
      long most = (text.size() / STRIDE + 1) * PLACE.byteSize();
      places.resize(Math.min(most, places.size() + STEP));
    }
    places.segment().setAtIndex(PLACE, index, place);
  }

  /** Returns the offset of the next line feed, or the end of the file. */
  private static long endOfLine(MemorySegment bytes, long from) {
    long at = from;
    while (at < bytes.byteSize() && bytes.get(ValueLayout.JAVA_BYTE, at) != '\n') {
      at++;
    }
    return at;
  }

  /** Returns the number of lines; a last line without a line feed counts. */
  public long lines() {
    return lines;
  }

  /** Returns a line, without its line feed. */
  public String line(long number) {
    return text(startOf(Objects.checkIndex(number, lines)));
  }

  /** Passes lines to the reader in order, while the kernel already reads the following ones. */
  public void forEach(long from, long to, Consumer<String> reader) {
    Objects.checkFromToIndex(from, to, lines);
    long at = startOf(from);
    long end = startOf(to);
    for (long asked = at; at < end; at = endOfLine(text.segment(), at) + 1) {
      for (; asked < Math.min(end, at + 2 * AHEAD); asked += AHEAD) {
        text.advise(Advice.WILLNEED, asked, Math.min(AHEAD, end - asked));
      }
      reader.accept(text(at));
    }
  }

  /** Returns the offset of a line, or for the number after the last one, the end of the file. */
  private long startOf(long number) {
    if (number == lines) {
      return text.size();
    }
    long at = places.segment().getAtIndex(PLACE, number / STRIDE);
    for (long i = number % STRIDE; i > 0; i--) {
      at = endOfLine(text.segment(), at) + 1;
    }
    return at;
  }

  private String text(long start) {
    MemorySegment bytes = text.segment();
    long length = endOfLine(bytes, start) - start;
    byte[] line = bytes.asSlice(start, length).toArray(ValueLayout.JAVA_BYTE);
    return new String(line, StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    arena.close();
  }
}
