package io.mman.examples;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Finds the files in the paths that {@link PageCacheTool} was given. */
final class PageCacheFiles {
  private static final int TYPE = 0170000; // S_IFMT of inode(7)

  record FoundFile(Path path, long size) {}

  private final PageCacheTotals totals;
  private final PageCacheReport report;
  private final PageCacheProgress progress;
  private final List<FoundFile> found = new ArrayList<>();
  private final Set<Object> seen = new HashSet<>(); // a file may have several names

  PageCacheFiles(PageCacheTotals totals, PageCacheReport report, PageCacheProgress progress) {
    this.totals = totals;
    this.report = report;
    this.progress = progress;
  }

  /** Returns the files in the order of the searches. The files of each search are sorted. */
  List<FoundFile> found() {
    return found;
  }

  void search(String name) throws IOException {
    Path start = Path.of(name);
    int before = found.size();
    try {
      if (name.isEmpty()) {
        throw new NoSuchFileException(name); // Path would take an empty name for the current folder
      }
      if (name.endsWith("/")) {
        start =
            start.toRealPath(); // as in other programs, a link with a slash stands for its target
      }
    } catch (IOException e) {
      fail(start, PageCacheWords.reason(e));
      return;
    }
    Files.walkFileTree(start, new Visitor(start));
    found.subList(before, found.size()).sort(Comparator.comparing(FoundFile::path));
  }

  private void fail(Path path, String reason) throws IOException {
    totals.addFailure();
    report.failure(path, reason);
  }

  private final class Visitor extends SimpleFileVisitor<Path> {
    private final Path start;

    Visitor(Path start) {
      this.start = start;
    }

    @Override
    public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
      totals.addFolder();
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path path, BasicFileAttributes attributes) throws IOException {
      // A FIFO would block, a device has no pages, and a link could lead out of the folder.
      if (!attributes.isRegularFile()) {
        if (path.equals(start)) {
          fail(path, "skipped, because it is " + kind(path, attributes));
        }
      } else if (seen.add(attributes.fileKey())) {
        found.add(new FoundFile(path, attributes.size()));
        progress.found(found.size());
      }
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path path, IOException e) throws IOException {
      fail(path, PageCacheWords.reason(e));
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path folder, IOException e) throws IOException {
      if (e != null) {
        fail(folder, PageCacheWords.reason(e));
      }
      return FileVisitResult.CONTINUE;
    }
  }

  private static String kind(Path path, BasicFileAttributes attributes) {
    try {
      if (attributes.isSymbolicLink()) {
        String advice =
            Files.exists(path) ? "; name its target instead" : ", which cannot be found";
        return "a symbolic link to " + Files.readSymbolicLink(path) + advice;
      }
      Object mode = Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
      return switch ((int) mode & TYPE) {
        case 0010000 -> "a FIFO";
        case 0020000 -> "a character device";
        case 0060000 -> "a block device";
        case 0140000 -> "a socket";
        default -> "not a regular file";
      };
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
