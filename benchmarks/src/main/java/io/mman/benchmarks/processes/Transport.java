package io.mman.benchmarks.processes;

import io.mman.Mman;
import io.mman.NativeFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The ways to exchange messages that take turns. */
enum Transport {
  SLEEPING_RING("`RingBuffer`, sleeping"),
  SPINNING_RING("`RingBuffer`, spinning"),
  AGRONA("Agrona's `OneToOneRingBuffer`, spinning"),
  UNIX_SOCKET("Unix socket");

  private static final long CAPACITY = 1 << 20;

  final String text;

  Transport(String text) {
    this.text = text;
  }

  /** The two files of a direction. */
  private record Paths(Path memory, Path locks) {
    static Paths in(Path folder, String direction) {
      return new Paths(folder.resolve(direction), folder.resolve(direction + ".locks"));
    }
  }

  /** Creates the memory of a direction, before either process opens its end. */
  void prepare(Path folder, String direction) throws Exception {
    if (this == UNIX_SOCKET) {
      return;
    }
    long page = Mman.pageSize();
    long size = this == AGRONA ? AgronaLink.size(CAPACITY) : page + CAPACITY;
    try (NativeFile file =
        NativeFile.open(
            folder.resolve(direction), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      file.resize(size);
    }
  }

  /** Opens an end of a direction. */
  Link open(Path folder, String direction, boolean sends) throws Exception {
    Paths files = Paths.in(folder, direction);
    if (this == UNIX_SOCKET) {
      return sends ? SocketLink.listen(files.memory) : SocketLink.connect(files.memory);
    }
    try (NativeFile file = NativeFile.open(files.memory, StandardOpenOption.WRITE)) {
      return this == AGRONA
          ? new AgronaLink(file)
          : new RingLink(file, files.locks, sends, this == SLEEPING_RING);
    }
  }

  void remove(Path folder, String direction) throws Exception {
    Paths files = Paths.in(folder, direction);
    Files.deleteIfExists(files.memory);
    Files.deleteIfExists(files.locks);
  }
}
