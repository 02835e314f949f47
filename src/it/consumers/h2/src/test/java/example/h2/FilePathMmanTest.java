package example.h2;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNotNull;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.mman.Mman;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.NonWritableChannelException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.Random;
import org.h2.store.fs.FilePath;
import org.h2.store.fs.FileUtils;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** Tests the same as H2's own TestFileSystem, which is not published. */
public class FilePathMmanTest {
  private static final int STEPS = Integer.getInteger("steps", 2000);
  private static final int MAX_POSITION = 1 << 16;

  @Rule public final TemporaryFolder folder = new TemporaryFolder();

  private Path path;
  private String name;

  @Before
  public void register() {
    FilePathMman.register();
    path = folder.getRoot().toPath().resolve("file");
    name = "mman:" + path;
  }

  @Test
  public void aFileHasTheBytesOfAnOrdinaryOne() throws IOException {
    Random random = Seed.random();
    FileChannel mapped = FileUtils.open(name, "rw");
    try (RandomAccessFile model = new RandomAccessFile(folder.newFile(), "rw")) {
      for (int i = 0; i < STEPS; i++) {
        switch (random.nextInt(6)) {
          case 0 -> write(mapped, model, random);
          case 1 -> read(mapped, model, random);
          case 2 -> seek(mapped, model, random);
          case 3 -> truncate(mapped, model, random);
          case 4 -> mapped.force(random.nextBoolean());
          default -> {
            mapped.close();
            mapped = FileUtils.open(name, "rw");
            mapped.position(model.getFilePointer());
          }
        }
        assertEquals(model.length(), mapped.size());
        assertEquals(model.length(), Files.size(path));
        assertEquals(model.getFilePointer(), mapped.position());
      }
    } finally {
      mapped.close();
    }
  }

  private static void write(FileChannel mapped, RandomAccessFile model, Random random)
      throws IOException {
    byte[] bytes = new byte[random.nextInt(10_000)];
    random.nextBytes(bytes);
    assertEquals(bytes.length, mapped.write(buffer(random, bytes)));
    model.write(bytes);
  }

  private static void read(FileChannel mapped, RandomAccessFile model, Random random)
      throws IOException {
    byte[] expected = new byte[random.nextInt(10_000)];
    ByteBuffer buffer = buffer(random, new byte[expected.length]);
    int length = model.read(expected);
    assertEquals(length, mapped.read(buffer));
    byte[] actual = new byte[expected.length];
    buffer.rewind().get(actual);
    assertArrayEquals(expected, actual);
  }

  private static void seek(FileChannel mapped, RandomAccessFile model, Random random)
      throws IOException {
    int position = random.nextInt(MAX_POSITION);
    mapped.position(position);
    model.seek(position);
  }

  private static void truncate(FileChannel mapped, RandomAccessFile model, Random random)
      throws IOException {
    int length = random.nextInt(MAX_POSITION);
    mapped.truncate(length);
    if (length < model.length()) { // a file channel does not grow when it is truncated
      model.setLength(length);
    }
    long position = Math.min(model.getFilePointer(), length);
    model.seek(position);
  }

  /** Returns a buffer of the bytes that is a slice of a larger heap or direct buffer. */
  private static ByteBuffer buffer(Random random, byte[] bytes) {
    int start = random.nextInt(10);
    int size = start + bytes.length + random.nextInt(10);
    ByteBuffer whole =
        random.nextBoolean() ? ByteBuffer.allocate(size) : ByteBuffer.allocateDirect(size);
    return whole.slice(start, bytes.length).put(0, bytes);
  }

  @Test
  public void positionedCallsKeepThePosition() throws IOException {
    try (FileChannel channel = FileUtils.open(name, "rw")) {
      assertEquals(3, channel.write(ByteBuffer.wrap(new byte[] {1, 2, 3}), 4093));
      assertEquals(4096, channel.size());
      ByteBuffer buffer = ByteBuffer.allocate(10);
      assertEquals(2, channel.read(buffer, 4094));
      assertEquals(-1, channel.read(buffer, 4096));
      assertEquals(-1, channel.read(buffer, 8192));
      assertEquals(0, channel.read(ByteBuffer.allocate(0), 4096));
      assertEquals(0, channel.position());
      assertEquals(0, channel.write(ByteBuffer.allocate(0), 8192));
      assertEquals(4096, channel.size());
    }
  }

  @Test
  public void aFileIsReadOnly() throws IOException {
    assertThrows(NoSuchFileException.class, () -> FileUtils.open(name, "r"));
    Files.write(path, new byte[10]);
    try (FileChannel channel = FileUtils.open(name, "r")) {
      assertThrows(NonWritableChannelException.class, () -> channel.write(ByteBuffer.allocate(1)));
      assertThrows(NonWritableChannelException.class, () -> channel.truncate(1));
      assertThrows(NonWritableChannelException.class, channel::tryLock);
      assertEquals(10, channel.read(ByteBuffer.allocate(100)));
      channel.force(true);
    }
    FileUtils.setReadOnly(name);
    assertFalse(Files.getPosixFilePermissions(path).contains(PosixFilePermission.OWNER_WRITE));
  }

  @Test
  public void aClosedFileSaysSo() throws IOException {
    FileChannel channel = FileUtils.open(name, "rw");
    channel.close();
    channel.close();
    ByteBuffer buffer = ByteBuffer.allocate(1);
    assertThrows(ClosedChannelException.class, () -> channel.read(buffer));
    assertThrows(ClosedChannelException.class, () -> channel.write(buffer));
    assertThrows(ClosedChannelException.class, () -> channel.force(true));
    assertThrows(ClosedChannelException.class, () -> channel.truncate(0));
    assertThrows(ClosedChannelException.class, channel::size);
    assertThrows(ClosedChannelException.class, channel::tryLock);
  }

  @Test
  public void anInterruptDoesNotCloseAFile() throws IOException {
    try (FileChannel channel = FileUtils.open(name, "rw")) {
      Thread.currentThread().interrupt();
      channel.write(ByteBuffer.allocate(1));
      channel.force(true);
      assertEquals(1, channel.read(ByteBuffer.allocate(1), 0));
      assertTrue(channel.isOpen());
    } finally {
      assertTrue(Thread.interrupted());
    }
  }

  @Test
  public void aLockExcludesOtherLocks() throws IOException {
    try (FileChannel first = FileUtils.open(name, "rw");
        FileChannel second = FileUtils.open(name, "rw")) {
      FileLock lock = first.tryLock();
      assertTrue(lock.isValid());
      assertNull(second.tryLock());
      assertNull(second.tryLock(0, Long.MAX_VALUE, true));
      lock.release();
      assertFalse(lock.isValid());
      assertNotNull(second.tryLock(0, Long.MAX_VALUE, true));
      assertNotNull(first.tryLock(0, Long.MAX_VALUE, true));
    }
  }

  @Test
  public void aTruncatedFileIsAnExceptionAndNotACrash() throws IOException {
    assertTrue(Mman.survivesBusErrors());
    try (FileChannel channel = FileUtils.open(name, "rw")) {
      channel.write(ByteBuffer.allocate(1 << 20));
      Files.write(path, new byte[0]); // by another descriptor, as by another process
      assertThrows(IOException.class, () -> channel.read(ByteBuffer.allocate(1), 1 << 19));
      assertThrows(IOException.class, () -> channel.write(ByteBuffer.allocate(1), 1 << 19));
      assertThrows(IOException.class, () -> channel.force(false));
    }
  }

  @Test
  public void namesKeepTheirScheme() throws IOException {
    FileUtils.createDirectories(name);
    assertTrue(FileUtils.isDirectory(name));
    assertTrue(FileUtils.createFile(name + "/a"));
    FileUtils.move(name + "/a", name + "/b");
    assertEquals(List.of(name + "/b"), FileUtils.newDirectoryStream(name));
    assertEquals(name, FileUtils.getParent(name + "/b"));
    assertEquals("b", FileUtils.getName(name + "/b"));
    String temporary = FileUtils.createTempFile(name + "/t", ".tmp", false);
    assertTrue(temporary, temporary.startsWith(name + "/t"));
    try (FileChannel channel = FileUtils.open(temporary, "rw")) {
      assertEquals(temporary, channel.toString());
    }
    FileUtils.deleteRecursive(name, false);
    assertFalse(FileUtils.exists(name));
    assertThrows(IOException.class, () -> FilePath.get("mman:memFS:a").open("rw"));
  }
}
