package io.mman;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mman.testing.Arenas;
import io.mman.testing.Injection;
import io.mman.testing.OpenFiles;
import io.mman.testing.Requirements;
import io.mman.testing.TracedThread;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A new file gets its name last, in whichever way the system lets it be created. */
class MappingCreateTest {
  private static final long PAGE = Mman.pageSize();

  /** FREE does not apply to file memory: EINVAL, after all other steps. */
  private static final Advice REFUSED = Advice.FREE;

  @TempDir Path folder;

  /** What the system lacks, and what a folder holds while the file is mapped. */
  enum Way {
    UNNAMED(""),
    WITHOUT_PROC("", "linkat:error=ENOENT:when=1"),
    UNNAMED_IS_NOT_LINKED("|\\.mman-[0-9a-f]+\\.tmp", "linkat:error=EPERM"),
    RENAMED("\\.mman-[0-9a-f]+\\.tmp", "openat:error=EOPNOTSUPP:when=2"),
    RENAMED_BY_AN_OLD_KERNEL("\\.mman-[0-9a-f]+\\.tmp", "openat:error=EISDIR:when=2"),
    LINKED("\\.mman-[0-9a-f]+\\.tmp", "openat:error=EOPNOTSUPP:when=2", "renameat2:error=EINVAL"),
    IN_PLACE(
        "new|\\.mman-[0-9a-f]+\\.tmp",
        "openat:error=EOPNOTSUPP:when=2",
        "renameat2:error=EINVAL",
        "linkat:error=EPERM"),
    NO_OTHER_NAME_IS_ALLOWED("new", "openat:error=EACCES:when=2..3");

    private final String names;
    private final List<String> rules;

    Way(String names, String... rules) {
      this.names = names;
      this.rules = List.of(rules);
    }

    /** Runs something while the calls of this way fail. */
    <T> T run(Callable<T> action) throws Exception {
      if (rules.isEmpty()) {
        return action.call();
      }
      Requirements.requireAttaching();
      try (TracedThread thread = new TracedThread();
          TracedThread spare = new TracedThread();
          Injection injection = Injection.failing(rules, List.of(thread, spare))) {
        T result = thread.call(action);
        injection.end();
        return result;
      }
    }
  }

  /** Loads the classes, for which the JVM opens files. */
  private void warmUp() {
    Path path = folder.resolve("warm");
    Mapping.file(path).create(PAGE).mapConfined().close();
    assertTrue(path.toFile().delete());
  }

  @ParameterizedTest
  @EnumSource
  void theFileGetsItsNameWhenEverythingHasSucceeded(Way way) throws Exception {
    warmUp();
    Path path = folder.resolve("new");
    AtomicReference<String> seen = new AtomicReference<>("");
    Arena watching = watching(() -> seen.accumulateAndGet(names(), (a, b) -> b));
    var files = OpenFiles.all();

    byte last =
        way.run(
            () -> {
              MappedRegion region = Mapping.file(path).create(PAGE + 1).map(watching);
              region.segment().set(ValueLayout.JAVA_BYTE, PAGE, (byte) 7);
              return Files.readAllBytes(path)[(int) PAGE];
            });

    assertEquals(7, last);
    assertTrue(seen.get().matches(way.names), seen::get);
    assertEquals("new", names());
    assertEquals(PAGE + 1, Files.size(path));
    assertEquals(files, OpenFiles.all());
    Path byJdk = Files.createFile(folder.resolve("by the JDK"));
    assertEquals(attributes(byJdk), attributes(path));
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NO_OTHER_NAME_IS_ALLOWED")
  void nothingIsLeftAfterAFailure(Way way) throws Exception {
    warmUp();
    Mapping request = Mapping.file(folder.resolve("new")).create(PAGE).advise(REFUSED);
    var files = OpenFiles.all();

    MmanException e = way.run(() -> assertThrows(MmanException.class, request::mapConfined));

    assertEquals("madvise", e.call());
    assertEquals(0, e.getSuppressed().length);
    assertEquals("", names(), "even in place, the file is created after a first attempt");
    assertEquals(files, OpenFiles.all());
  }

  @ParameterizedTest
  @EnumSource(
      mode = EnumSource.Mode.EXCLUDE,
      names = {"IN_PLACE", "NO_OTHER_NAME_IS_ALLOWED"})
  void aFileCreatedMeanwhileIsMappedInstead(Way way) throws Exception {
    warmUp();
    Path path = folder.resolve("new");
    Arena creating = watching(() -> createOnce(path));

    byte[] bytes =
        way.run(
            () ->
                Mapping.file(path)
                    .create(3)
                    .map(creating)
                    .segment()
                    .toArray(ValueLayout.JAVA_BYTE));

    assertArrayEquals("theirs".getBytes(), bytes);
    assertEquals("new", names());
    assertEquals(6, Files.size(path));
  }

  @ParameterizedTest
  @EnumSource
  void theLongestNameIsCreated(Way way) throws Exception {
    warmUp();
    String name = "x".repeat(255);
    way.run(
        () -> {
          Mapping.file(folder.resolve(name)).create(PAGE).mapConfined().close();
          return null;
        });
    assertEquals(name, names());
  }

  /** Where a temporary name would make the path too long. */
  @Test
  void theLongestPathIsCreated() throws Exception {
    warmUp();
    Path deep = folder;
    while (deep.toString().length() < 4095 - 256) {
      deep = deep.resolve("d".repeat(Math.min(254, 4095 - 4 - deep.toString().length())));
    }
    deep = deep.resolve("d".repeat(4095 - 4 - deep.toString().length()));
    Path path = Files.createDirectories(deep).resolve("xy");
    Way.RENAMED.run(
        () -> {
          Mapping.file(path).create(PAGE).mapConfined().close();
          return null;
        });
    assertEquals(PAGE, Files.size(path));
  }

  @Test
  void aFailureToGiveTheNameLeavesNothing() throws Exception {
    warmUp();
    Path path = folder.resolve("new");
    Requirements.requireAttaching();
    try (TracedThread thread = new TracedThread();
        TracedThread spare = new TracedThread();
        Injection _ = Injection.failing(List.of("linkat:error=ENOSPC"), List.of(thread, spare))) {
      MmanException e =
          thread.call(
              () ->
                  assertThrows(
                      MmanException.class, () -> Mapping.file(path).create(PAGE).mapConfined()));
      assertEquals("linkat", e.call());
      assertEquals(Errno.ENOSPC, e.error());
      assertTrue(e.getMessage().startsWith("linkat(\"" + path + "\")"), e::getMessage);
    }
    assertEquals("", names());
  }

  @Test
  void aNameThatComesAndGoesIsCreatedOrOpened() throws Exception {
    Path path = folder.resolve("new");
    AtomicReference<Throwable> failure = new AtomicReference<>();
    Thread other =
        Thread.ofPlatform()
            .daemon()
            .start(
                () -> {
                  try {
                    while (!Thread.interrupted()) {
                      Files.deleteIfExists(path);
                      Files.deleteIfExists(path);
                      Files.write(path, new byte[0]);
                    }
                  } catch (Throwable e) {
                    failure.set(e);
                  }
                });
    for (int i = 0; i < 2000; i++) {
      try (MappedRegion region = Mapping.file(path).create(PAGE).mapConfined()) {
        assertEquals(PAGE, region.size());
      }
    }
    other.interrupt();
    other.join();
    assertNull(failure.get());
  }

  private static void createOnce(Path path) {
    if (!Files.exists(path)) {
      try {
        Files.writeString(path, "theirs");
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** An arena that runs some code while a region is made. */
  private static Arena watching(Runnable action) {
    return Arenas.lending(
        () -> {
          action.run();
          return Arena.global().scope();
        });
  }

  private String names() {
    try (Stream<Path> entries = Files.list(folder)) {
      return String.join(", ", entries.map(entry -> entry.getFileName().toString()).toList());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String attributes(Path path) throws IOException {
    return Files.readAttributes(path, "unix:mode,uid,gid,nlink").toString();
  }
}
