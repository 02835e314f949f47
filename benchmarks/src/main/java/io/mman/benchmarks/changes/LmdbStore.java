package io.mman.benchmarks.changes;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import org.lmdbjava.Dbi;
import org.lmdbjava.DbiFlags;
import org.lmdbjava.Env;
import org.lmdbjava.EnvFlags;
import org.lmdbjava.Txn;

/** A table of LMDB, with durable commits as by default. */
final class LmdbStore implements Store {
  /** LMDB takes two pages for each, and never writes to those of the last commit. */
  private static final long ROOM = 8;

  private final Env<ByteBuffer> environment;
  private final Dbi<ByteBuffer> table;
  private final ByteBuffer key =
      ByteBuffer.allocateDirect(Long.BYTES).order(ByteOrder.nativeOrder());
  private final ByteBuffer value = ByteBuffer.allocateDirect(PAGE);
  private Txn<ByteBuffer> transaction;

  LmdbStore(Path folder, int pages) {
    environment =
        Env.create()
            .setMapSize((1 << 20) + ROOM * pages * PAGE)
            .open(folder.resolve("lmdb").toFile(), EnvFlags.MDB_NOSUBDIR);
    table = environment.openDbi((byte[]) null, DbiFlags.MDB_CREATE, DbiFlags.MDB_INTEGERKEY);
  }

  @Override
  public void put(int page, byte[] bytes) {
    if (transaction == null) {
      transaction = environment.txnWrite();
    }
    table.put(transaction, key.putLong(0, page), value.put(0, bytes));
  }

  @Override
  public void commit() {
    transaction.commit();
    transaction.close();
    transaction = null;
  }

  @Override
  public byte[] get(int page) {
    byte[] bytes = new byte[PAGE];
    try (Txn<ByteBuffer> reading = environment.txnRead()) {
      table.get(reading, key.putLong(0, page)).get(0, bytes);
    }
    return bytes;
  }

  @Override
  public void close() {
    if (transaction != null) {
      transaction.close();
    }
    environment.close();
  }
}
