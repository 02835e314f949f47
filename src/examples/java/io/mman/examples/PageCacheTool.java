package io.mman.examples;

import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.MmanException;
import io.mman.NativeFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.foreign.Arena;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** A page cache tool similar to vmtouch; {@code --help} lists its options. */
@Command(
    name = "pages",
    mixinStandardHelpOptions = true,
    version = "pages, an example of io.mman",
    description = "Shows how much of the files is in the page cache, or changes that.",
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {"0:success", "1:some files could not be read", "2:wrong usage"})
public final class PageCacheTool implements Callable<Integer> {
  private static final long PIECE = 64 << 20; // mapped between two looks at the clock

  @ArgGroup(exclusive = true)
  private Deed deed = new Deed();

  @Option(
      names = {"-v", "--verbose"},
      description = "Draw the pages of every file.")
  private boolean verbose;

  @Parameters(
      arity = "1..*",
      paramLabel = "PATH",
      description = "Files, or folders with all their files; symbolic links are skipped.")
  private List<Path> paths;

  @Spec private CommandSpec spec;

  private final Set<Object> seen = new HashSet<>(); // a file may have several names
  private PageCacheTotals totals;
  private PrintWriter out;

  private static final class Deed {
    @Option(
        names = {"-t", "--touch"},
        description = "Read all pages into the page cache.")
    private boolean touch;

    @Option(
        names = {"-e", "--evict"},
        description = "Drop the pages that no process has mapped.")
    private boolean evict;

    @Option(
        names = {"-l", "--lock"},
        description = "Read all pages and keep them in memory until this program is stopped.")
    private boolean lock;
  }

  public static void main(String... arguments) {
    System.exit(new CommandLine(new PageCacheTool()).execute(arguments));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    out = spec.commandLine().getOut();
    totals = new PageCacheTotals(spec.commandLine().getErr(), System::nanoTime);
    try (Arena locked = Arena.ofConfined()) {
      for (Path path : paths) {
        Files.walkFileTree(path, visitor(locked));
      }
      out.println(totals);
      if (deed.lock && totals.files() > 0) {
        out.println("Locked until this program is stopped.");
        out.flush();
        new CountDownLatch(1).await();
      }
    }
    return totals.failures() > 0 ? 1 : 0;
  }

  private SimpleFileVisitor<Path> visitor(Arena locked) {
    return new SimpleFileVisitor<>() {
      @Override
      public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
        totals.addFolder();
        return FileVisitResult.CONTINUE;
      }

      @Override
      public FileVisitResult visitFile(Path path, BasicFileAttributes attributes) {
        // A pipe would block, a device has no pages, and a link could lead out of the folder.
        if (attributes.isRegularFile() && seen.add(attributes.fileKey())) {
          visit(path, locked);
        }
        return FileVisitResult.CONTINUE;
      }

      @Override
      public FileVisitResult visitFileFailed(Path path, IOException e) {
        totals.addFailure(e.toString());
        return FileVisitResult.CONTINUE;
      }
    };
  }

  private void visit(Path path, Arena locked) {
    try (NativeFile file = NativeFile.open(path);
        Arena arena = Arena.ofConfined()) {
      if (deed.evict) {
        PageCache.drop(file);
      }
      MappedRegion region = Mapping.file(file).map(deed.lock ? locked : arena);
      for (long at = 0; at < region.size(); at += PIECE) {
        long length = Math.min(PIECE, region.size() - at);
        if (deed.touch) {
          region.populate(at, length);
        } else if (deed.lock) {
          region.lock(at, length);
        }
        totals.addBytes(length);
      }
      String picture = totals.addFile(region);
      if (verbose) {
        out.println(picture + " " + path);
      }
    } catch (MmanException e) {
      totals.addFailure(e.getMessage());
    }
  }
}
