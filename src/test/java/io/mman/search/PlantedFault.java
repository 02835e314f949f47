package io.mman.search;

import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.spi.ToolProvider;

/** A mistake in the library that a search has to find, put into a copy of its sources. */
enum PlantedFault {
  /** The range may then be reused before the call has reached it. */
  ADDRESSES_AS_NUMBERS(
      "internal/libc/CFunction",
      new Edit("argument, 0, 0, 0, range);", "argument, 0, 0, 0, MemorySegment.NULL);")),

  /** A view is then writable although its pages are not. */
  VIEWS_NOT_REVOKED(
      "internal/region/ProtectionChange",
      new Edit("fresh = resources.revoke(now);", "fresh = now;")),

  /** Bytes beside the range are then lost. */
  DISCARD_ROUNDED_OUTWARD(
      "internal/region/PageRange",
      new Edit("long start = ceil(offset, page);", "long start = floor(offset, page);"),
      new Edit(": floor(offset + length, page);", ": ceil(offset + length, page);")),

  CHANGE_DOES_NOT_WAIT(
      "internal/region/RegionLock",
      new Edit("calls.beginChange();", "changes().lock();"),
      new Edit("calls.endChange();", "changes().unlock();")),

  /**
   * After an mprotect that failed half-way, a view is then writable although some pages are not.
   */
  RIGHTS_NOT_RESTORED(
      "internal/region/ProtectionChange",
      new Edit("return restore() ? fresh : fresh.withoutView();", "return fresh;")),

  /** Another mapping that has got the address range in between loses its entry. */
  ENTRY_OUTLIVES_PAGES(
      "internal/region/Unmapper",
      new Edit(
          "endLosses();\n"
              + "        MapCountReserve.forgetRegion();\n"
              + "        range.unmap(backing.path());",
          "range.unmap(backing.path());\n        Thread.yield();\n        endLosses();")),

  /** The handler then replaces what lies after the region. */
  ENTRY_TOO_LONG(
      "internal/signal/Entry",
      new Edit("(part.pages() << origin.shift())", "((part.pages() + 1) << origin.shift())")),

  /** A handler may be using what is changed. */
  ENTRY_CHANGED_IN_PLACE(
      "internal/signal/SurvivingRange",
      new Edit(
          "table.replace(old.start(), published.entry());\n    end(old);\n    return published;",
          "Entry.write(old.entry(), part, origin, count);\n"
              + "    return part.withEntry(old.entry());")),

  SIZE_NOT_ENTERED("internal/region/Losses", new Edit("range.resize(bytes);", "range.isEmpty();")),

  PROTECTION_NOT_ENTERED(
      "internal/region/Losses", new Edit("range.protect(protection.bits());", "range.isEmpty();")),

  MOVE_NOT_ENTERED("internal/region/Mover", new Edit("losses.place(start);", "losses.count();")),

  /** The first region then keeps a page too many, which the other one lacks. */
  SPLIT_NOT_ENTERED(
      "internal/region/Losses", new Edit("range.split(bytes)", "range.split(bytes + rest.page())")),

  /** The pages of the second region then survive nothing any more. */
  JOIN_NOT_ENTERED(
      "internal/region/RegionResources", new Edit("losses.join(others);", "others.count();")),

  /** A handler may then replace pages that are not marked any more. */
  RESTORE_DOES_NOT_WAIT(
      "internal/signal/SurvivingRange",
      new Edit("if (!runs.isEmpty()) {", "if (runs.isEmpty() && !hasEnded()) {")),

  /** One of two handlers that count at the same time counts in vain. */
  COUNT_NOT_ATOMIC(
      "internal/signal/HandlerCode",
      new Edit("X86Code.HEX", "X86Code.HEX.replace(\"f0480130\", \"90480130\")"));

  private static final Path SOURCES = Path.of("src/main/java/io/mman");

  private final String file;
  private final List<Edit> edits;

  PlantedFault(String file, Edit... edits) {
    this.file = file + ".java";
    this.edits = List.of(edits);
  }

  /** A text that occurs exactly once in a source, and its replacement. */
  private record Edit(String text, String instead) {
    String apply(String source, String file) {
      int at = source.indexOf(text);
      if (at < 0 || source.indexOf(text, at + 1) >= 0) {
        throw new AssertionError(
            file + " has changed: it should contain once, for a fault to be planted: " + text);
      }
      return source.replace(text, instead);
    }
  }

  /** Compiles what differs from the library under test into an empty folder, and returns that. */
  Path compileInto(Path folder) throws IOException {
    String source = Files.readString(SOURCES.resolve(file));
    for (Edit edit : edits) {
      source = edit.apply(source, file);
    }
    Path edited =
        Files.createDirectories(folder.resolve("source")).resolve(Path.of(file).getFileName());
    Files.writeString(edited, source);
    Path classes = folder.resolve("classes");
    compile(edited, classes);
    return classes;
  }

  private static void compile(Path source, Path classes) {
    ToolProvider javac = ToolProvider.findFirst("javac").orElseThrow();
    StringWriter said = new StringWriter();
    PrintWriter out = new PrintWriter(said, true);
    String[] arguments = {
      "--release", "22", "-cp", classPath(), "-d", classes.toString(), source.toString()
    };
    if (javac.run(out, out, arguments) != 0) {
      throw new AssertionError("the fault does not compile: " + said);
    }
  }

  /**
   * The library and the classes it is compiled with, on the class path or module path of the tests.
   */
  private static String classPath() {
    List<String> paths = new ArrayList<>();
    paths.add(System.getProperty("mman.classes", "target/classes"));
    paths.add(System.getProperty("jdk.module.path", ""));
    paths.add(System.getProperty("java.class.path", ""));
    return String.join(File.pathSeparator, paths);
  }
}
