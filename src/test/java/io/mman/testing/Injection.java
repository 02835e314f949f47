package io.mman.testing;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * An {@code strace} that traces some threads of this process, and makes one of their system calls
 * fail. The other threads, and so most work of the JVM itself, are not affected. strace counts the
 * calls of each thread from the moment it attaches.
 */
public final class Injection implements AutoCloseable {
  private static final long SECONDS = 60;

  private static final long PAUSE_NANOS = 200_000;

  /** The result of getpgrp(2), which the JVM never calls, for a traced thread. */
  private static final int MARK = 424242;

  private final Process strace;
  private final Path log;

  private Injection(List<String> options, List<TracedThread> threads) throws Exception {
    log = Files.createTempFile("mman-strace", ".txt");
    List<String> words = new ArrayList<>(List.of("strace", "-qq", "-a0", "-s0", "-o"));
    words.add(log.toString());
    words.addAll(options);
    words.addAll(List.of("-e", "inject=?getpgrp,?getpgid:retval=" + MARK));
    for (TracedThread thread : threads) {
      words.addAll(List.of("-p", Long.toString(thread.id())));
    }
    strace =
        new ProcessBuilder(words)
            .redirectInput(new File("/dev/null"))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    for (TracedThread thread : threads) {
      thread.call(this::awaitMark);
    }
  }

  /** Returns whether strace may trace this process, and so its children. */
  public static boolean isPossible() throws Exception {
    try (TracedThread one = new TracedThread();
        TracedThread two = new TracedThread();
        Injection trial = counting(List.of("munlockall"), List.of(one, two))) {
      trial.end();
      return true;
    } catch (IOException refused) {
      return false;
    }
  }

  /** Counts calls, by their kernel's names; those that a platform lacks begin with ?. */
  public static Injection counting(List<String> calls, List<TracedThread> threads)
      throws Exception {
    return new Injection(
        List.of("-e", "trace=?getpgrp,?getpgid," + String.join(",", calls)), threads);
  }

  /**
   * Makes a call fail.
   *
   * @param call its name, or several, separated by commas, of which the platform has one
   * @param errno the name of the error
   * @param when which call of each thread, counted from 1
   */
  public static Injection failing(String call, String errno, int when, List<TracedThread> threads)
      throws Exception {
    return new Injection(
        List.of(
            "-e",
            "trace=?getpgrp,?getpgid," + call,
            "-e",
            "inject=" + call + ":error=" + errno + ":when=" + when),
        threads);
  }

  /**
   * Makes several calls fail.
   *
   * @param rules as strace's option inject has them, such as {@code linkat:error=EPERM:when=1}
   */
  public static Injection failing(List<String> rules, List<TracedThread> threads) throws Exception {
    List<String> options = new ArrayList<>();
    StringBuilder calls = new StringBuilder("trace=?getpgrp,?getpgid");
    for (String rule : rules) {
      calls.append(',').append(rule, 0, rule.indexOf(':'));
      options.addAll(List.of("-e", "inject=" + rule));
    }
    options.addAll(0, List.of("-e", calls.toString()));
    return new Injection(options, threads);
  }

  /** Returns once strace traces the running thread. */
  private Void awaitMark() throws IOException {
    while (LibC.getpgrp() != MARK) {
      if (!strace.isAlive()) {
        throw new IOException("strace ended with exit code " + strace.exitValue());
      }
      LockSupport.parkNanos(PAUSE_NANOS); // strace needs the processor too
    }
    return null;
  }

  /** Detaches strace, and returns the lines about each thread by its number. */
  public Map<Long, List<String>> end() throws Exception {
    strace.destroy();
    if (!strace.waitFor(SECONDS, TimeUnit.SECONDS)) {
      throw new AssertionError("strace does not end");
    }
    Map<Long, List<String>> lines = new HashMap<>();
    for (String line : Files.readAllLines(log, StandardCharsets.ISO_8859_1)) {
      int blank = line.indexOf(' ');
      String call = line.substring(blank).strip();
      if (!call.startsWith("getpg")) {
        long thread = Long.parseLong(line.substring(0, blank));
        lines.computeIfAbsent(thread, any -> new ArrayList<>()).add(call);
      }
    }
    return lines;
  }

  @Override
  public void close() throws IOException {
    strace.destroyForcibly().onExit().join();
    Files.delete(log);
  }
}
