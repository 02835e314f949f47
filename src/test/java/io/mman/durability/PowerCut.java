package io.mman.durability;

import io.mman.change.JournalBytes;
import io.mman.testing.ChildJvm;
import io.mman.testing.Command;
import io.mman.testing.LibC;
import java.io.DataInputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Cuts the power of a {@link VolatileDisk} repeatedly while another process writes to it. The
 * writer prints the numbers of the records or versions that it has brought to the medium.
 */
final class PowerCut {
  /** The kinds of files that are written, and read after a power cut. */
  enum Kind {
    LOG(RecordLog.class, 24 << 20, 20, 100_000) {
      @Override
      void prepare(Path file) throws IOException {
        Files.createFile(file);
        // Syncs the name of the file, which sync of a region does not.
        Command.run(List.of("sync", "-f", file.toString())).success();
      }

      @Override
      long recover(Path file) throws IOException {
        return RecordLog.recover(MemorySegment.ofArray(Files.readAllBytes(file))).count();
      }

      @Override
      long mostAfter(long printed) {
        return Long.MAX_VALUE;
      }
    },
    COMMITS(Versions.class, 6 << 20, 3, 300_000) {
      @Override
      void prepare(Path file) {}

      @Override
      long recover(Path file) {
        return Versions.recover(file);
      }

      @Override
      long mostAfter(long printed) {
        return printed + 1;
      }
    };

    private final Class<?> writer;
    private final int diskBytes;
    private final int mostSyncs;
    private final int mostSpins;

    Kind(Class<?> writer, int diskBytes, int mostSyncs, int mostSpins) {
      this.writer = writer;
      this.diskBytes = diskBytes;
      this.mostSyncs = mostSyncs;
      this.mostSpins = mostSpins;
    }

    abstract void prepare(Path file) throws IOException;

    abstract long recover(Path file) throws IOException;

    /** Returns the largest number that may be found if a given one was the last one printed. */
    abstract long mostAfter(long printed);

    String[] mountedAt(Path folder) {
      return VolatileDisk.mountedAt(folder, diskBytes);
    }
  }

  private static final int SIGCONT = 18;
  private static final int SIGSTOP = 19;

  private final Kind kind;
  private final VolatileDisk disk;
  private final Random random = new Random(7);
  private final Map<JournalBytes.State, Integer> journals = new EnumMap<>(JournalBytes.State.class);

  /** How often the file had pages of two commits, so that the journal had to be applied. */
  private int mixtures;

  private PowerCut(Kind kind, Path folder) throws IOException {
    this.kind = kind;
    this.disk = new VolatileDisk(folder, kind.diskBytes);
  }

  /** The arguments are the folder of the disk, the number of rounds, and the kind of file. */
  public static void main(String... arguments) throws IOException {
    Path folder = Path.of(arguments[0]);
    Kind kind = Kind.valueOf(arguments[2]);
    Path file = folder.resolve("disk/file");
    kind.prepare(file);
    Process writer =
        ChildJvm.of(kind.writer).options("-XX:+UseSerialGC", "-Xmx64m").start(file.toString());
    try (DataInputStream in = new DataInputStream(writer.getInputStream())) {
      long synced = 0;
      PowerCut powerCut = new PowerCut(kind, folder);
      for (int rounds = Integer.parseInt(arguments[1]); rounds > 0; rounds--) {
        synced = powerCut.play(writer, in, synced);
      }
      System.out.println(powerCut.journals + ", mixtures: " + powerCut.mixtures);
      System.out.println("recovered " + synced);
    } finally {
      writer.toHandle().destroyForcibly();
      writer.onExit().join();
    }
  }

  /** Returns the last number that the writer is known to have synced. */
  private long play(Process writer, DataInputStream in, long before) throws IOException {
    long synced = before;
    for (int syncs = 1 + random.nextInt(kind.mostSyncs); syncs > 0; syncs--) {
      synced = in.readLong();
    }
    for (int spins = random.nextInt(kind.mostSpins); spins > 0; spins--) {
      Thread.onSpinWait(); // any moment is suitable
    }
    synced = last(in, synced);
    disk.cut(); // while the writer continues
    long later = last(in, synced);
    LibC.kill(writer.pid(), SIGSTOP); // so that it does not compete for the processors
    long recovered = disk.recover(this::recover);
    LibC.kill(writer.pid(), SIGCONT);
    if (recovered < synced || recovered > kind.mostAfter(later)) {
      throw new AssertionError(synced + " to " + later + " synced, " + recovered + " recovered");
    }
    return later;
  }

  /** Returns the last number that has arrived. */
  private static long last(DataInputStream in, long before) throws IOException {
    long last = before;
    while (in.available() >= Long.BYTES) {
      last = in.readLong();
    }
    return last;
  }

  private long recover(Path mount) throws IOException {
    Path file = mount.resolve("file");
    if (kind == Kind.COMMITS) {
      journals.merge(
          JournalBytes.state(Files.readAllBytes(Versions.journal(file))), 1, Integer::sum);
      mixtures += Versions.isWhole(Files.readAllBytes(file)) ? 0 : 1;
    }
    return kind.recover(file);
  }
}
