package io.mman.ipc;

import io.mman.Errno;
import io.mman.FileSeal;
import io.mman.MappedRegion;
import io.mman.Mapping;
import io.mman.MemfdFlag;
import io.mman.MmanException;
import io.mman.NativeFile;
import io.mman.testing.LibC;
import io.mman.testing.OpenFiles;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** What other processes do in the tests: {@code HandoverChild WHAT PATH [ARGUMENT]}. */
final class HandoverChild {
  private static final Duration LONG = Duration.ofSeconds(60);

  private HandoverChild() {}

  public static void main(String... arguments) throws Exception {
    Path path = Path.of(arguments[1]);
    try {
      switch (arguments[0]) {
        case "take" -> take(path);
        case "give" -> give(path);
        case "takeFrom" -> takeFrom(Long.parseLong(arguments[2]), Integer.parseInt(arguments[3]));
        case "reuse" -> takeFromReusedNumber();
        case "limit" -> atTheLimit(path, Path.of(arguments[2]));
        case "race" -> race(path, Integer.parseInt(arguments[2]));
        default -> waitOnVirtualThreads(path);
      }
    } catch (MmanException e) {
      System.out.println(e.call() + " " + e.error() + ": " + e.getMessage());
    }
  }

  /** Prints its number, takes memory, prints what it sees and changes it. */
  private static void take(Path path) {
    System.out.println(ProcessHandle.current().pid());
    try (NativeFile memory = Handover.take(path, LONG, FileSeal.SHRINK);
        MappedRegion region = Mapping.file(memory).readWrite().mapShared()) {
      System.out.println(region.segment().get(ValueLayout.JAVA_INT, 0));
      region.segment().set(ValueLayout.JAVA_INT, 0, 43);
    }
  }

  /** Prints that it listens, and whom it has given memory to. */
  private static void give(Path path) {
    try (NativeFile memory = NativeFile.memory("child", 4096, MemfdFlag.ALLOW_SEALING);
        Handover door = Handover.listen(path, HandoverChild::print)) {
      memory.seal(FileSeal.SHRINK);
      System.out.println("listening");
      door.give(memory);
    }
  }

  private static boolean print(Peer peer) {
    System.out.println(peer);
    return true;
  }

  private static void takeFrom(long pid, int fd) {
    Handover.takeFrom(ProcessHandle.of(pid).orElseThrow(), fd).close();
    System.out.println("taken");
  }

  /** Runs in a PID namespace of its own, where it decides which number the next process gets. */
  private static void takeFromReusedNumber() throws Exception {
    for (int i = 0; i < 1000; i++) {
      Process first = new ProcessBuilder("sleep", "60").start();
      ProcessHandle handle = first.toHandle();
      first.destroyForcibly().waitFor();
      Files.writeString(Path.of("/proc/sys/kernel/ns_last_pid"), Long.toString(handle.pid() - 1));
      Process second = new ProcessBuilder("sleep", "60").start();
      if (second.pid() == handle.pid()) {
        try {
          Handover.takeFrom(handle, 0).close();
        } finally {
          second.destroyForcibly();
        }
        return;
      }
      second.destroyForcibly();
    }
    System.out.println("the number was never reused");
  }

  /** Prints how calls fail while no descriptor, or one, is free. */
  private static void atTheLimit(Path path, Path elsewhere) throws Exception {
    NativeFile memory = NativeFile.memory("limit", 4096);
    Handover door = Handover.listen(path);
    SocketChannel client = SocketChannel.open(StandardProtocolFamily.UNIX);
    client.connect(UnixDomainSocketAddress.of(path));
    Handover.takeFrom(ProcessHandle.current(), memory.fd()).close();
    List<NativeFile> fillers = new ArrayList<>();
    TreeMap<Integer, String> before = OpenFiles.all();
    int fd;
    while ((fd = LibC.dup(memory.fd())) >= 0) {
      fillers.add(NativeFile.adopt(fd));
    }
    report(() -> door.give(memory));
    report(() -> Handover.take(path, LONG));
    report(() -> Handover.listen(path.resolveSibling("other")));
    report(() -> Handover.takeFrom(ProcessHandle.current(), memory.fd()));
    fillers.removeLast().close();
    report(() -> Handover.take(elsewhere, LONG));
    report(() -> Handover.takeFrom(ProcessHandle.current(), memory.fd()));
    report(() -> door.give(memory));
    fillers.removeLast().close();
    report(() -> Handover.take(elsewhere, LONG).close());
    for (NativeFile filler : fillers) {
      filler.close();
    }
    System.out.println(before.equals(OpenFiles.all()));
    door.close();
    client.close();
    memory.close();
  }

  private static void report(Runnable call) {
    try {
      call.run();
      System.out.println("success");
    } catch (MmanException e) {
      boolean isExplained = e.getMessage().contains("RLIMIT_NOFILE");
      System.out.println(e.call() + " " + e.error() + (isExplained ? "" : e.getMessage()));
    }
  }

  /**
   * Listens again and again, and leaves a stale socket each time. While it listens, it must always
   * be the one to be reached at the path.
   */
  private static void race(Path path, int rounds) throws Exception {
    int own = (int) ProcessHandle.current().pid();
    Path kept = path.resolveSibling("kept-" + own);
    int won = 0;
    try (NativeFile memory = NativeFile.memory("race", 4096)) {
      memory.resize(own);
      for (int i = 0; i < rounds || won == 0; i++) {
        try (Handover door = Handover.listen(path)) {
          won++;
          Files.createLink(kept, path);
          requireReached(door, memory, path, own);
        } catch (MmanException e) {
          if (e.error() != Errno.EADDRINUSE) {
            throw e;
          }
          continue;
        }
        leaveStale(kept, path);
      }
    }
    System.out.println("won");
  }

  private static void requireReached(Handover door, NativeFile memory, Path path, int own)
      throws InterruptedException {
    Thread giver = Thread.ofPlatform().daemon().start(() -> door.give(memory));
    try (NativeFile taken = Handover.take(path, LONG)) {
      if (taken.size() != own) {
        System.out.println("another one listens, too");
      }
    }
    giver.join();
  }

  private static void leaveStale(Path kept, Path path) throws IOException {
    try {
      Files.createLink(path, kept);
    } catch (FileAlreadyExistsException | NoSuchFileException e) {
      // The other process was faster.
    }
    Files.delete(kept);
  }

  private static void waitOnVirtualThreads(Path path) throws Exception {
    NativeFile memory = NativeFile.memory("virtual", 4096);
    Handover door = Handover.listen(path);
    Thread giver = Thread.startVirtualThread(() -> door.give(memory));
    Thread.startVirtualThread(() -> System.out.println("free")).join();
    Handover.take(path, LONG).close();
    giver.join();
    System.out.println("given");
    Thread taker = Thread.startVirtualThread(() -> Handover.take(path, LONG).close());
    Thread.startVirtualThread(() -> door.give(memory)).join();
    taker.join();
    System.out.println("taken");
    Thread ended = Thread.startVirtualThread(() -> giveUntilClosed(door, memory));
    door.close();
    ended.join();
    memory.close();
  }

  private static void giveUntilClosed(Handover door, NativeFile memory) {
    try {
      door.give(memory);
    } catch (IllegalStateException e) {
      System.out.println("closed");
    }
  }
}
