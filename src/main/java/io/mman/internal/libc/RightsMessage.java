package io.mman.internal.libc;

import static io.mman.internal.platform.SocketNumber.MSG_CTRUNC;
import static io.mman.internal.platform.SocketNumber.SCM_RIGHTS;
import static io.mman.internal.platform.SocketNumber.SOL_SOCKET;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * A message that carries descriptors: a {@code struct msghdr}, a {@code struct iovec} with one byte
 * of data, and control messages, each of which begins with a {@code struct cmsghdr}. The layouts
 * are those of 64-bit Linux. The lengths that are 32-bit integers with padding in musl have 64 bits
 * here, which is the same.
 */
public final class RightsMessage {
  private static final int IOV = 16;
  private static final int IOV_COUNT = 24;
  private static final int CONTROL = 32;
  private static final int CONTROL_BYTES = 40;
  private static final int FLAGS = 48;
  private static final int HEADER_BYTES = 56;

  private static final int DATA = HEADER_BYTES + Scratch.IOVEC_BYTES;

  /** The offset of the first control message, which is aligned to 8 bytes. */
  private static final int FIRST = DATA + Long.BYTES;

  private static final int LEVEL = 8;
  private static final int TYPE = 12;
  private static final int PREFIX_BYTES = 16;

  /**
   * The room for control messages. A message of Linux carries at most 253 descriptors, which take
   * 1032 bytes. The rest is for messages of other types.
   */
  static final int ROOM = 4096;

  private final MemorySegment memory;
  private final ByteBuffer bytes;

  /** Creates a message to be received. */
  public RightsMessage(Arena arena) {
    memory = arena.allocate(FIRST + ROOM, Long.BYTES);
    bytes = memory.asByteBuffer().order(ByteOrder.nativeOrder());
  }

  /** Stores a message with one descriptor. */
  static void putOne(ByteBuffer structure, long address, int fd) {
    putHeader(structure, address, PREFIX_BYTES + Long.BYTES);
    structure.put(DATA, (byte) 0);
    structure.putLong(FIRST, PREFIX_BYTES + Integer.BYTES);
    structure.putInt(FIRST + LEVEL, SOL_SOCKET.number());
    structure.putInt(FIRST + TYPE, SCM_RIGHTS.number());
    structure.putInt(FIRST + PREFIX_BYTES, fd);
    structure.putInt(FIRST + PREFIX_BYTES + Integer.BYTES, 0);
  }

  private static void putHeader(ByteBuffer structure, long address, long controlBytes) {
    structure.putLong(0, 0); // no address of a peer
    structure.putLong(Long.BYTES, 0);
    structure.putLong(IOV, address + HEADER_BYTES);
    structure.putLong(IOV_COUNT, 1);
    structure.putLong(CONTROL, address + FIRST);
    structure.putLong(CONTROL_BYTES, controlBytes);
    structure.putLong(FLAGS, 0);
    structure.putLong(HEADER_BYTES, address + DATA);
    structure.putLong(HEADER_BYTES + Long.BYTES, 1);
  }

  /** Returns the header of an empty message with room for what may come. */
  MemorySegment prepared() {
    putHeader(bytes, memory.address(), ROOM);
    return memory;
  }

  /** Returns whether a part of the message was dropped, for lack of room or of descriptors. */
  public boolean isTruncated() {
    return (bytes.getInt(FLAGS) & MSG_CTRUNC.number()) != 0;
  }

  /** Returns all descriptors that came with the message. */
  public int[] descriptors() {
    long length = Math.min(bytes.getLong(CONTROL_BYTES), ROOM);
    return descriptors(bytes.slice(FIRST, (int) length).order(ByteOrder.nativeOrder()));
  }

  /** Returns the descriptors of all control messages. Messages of other types are skipped. */
  static int[] descriptors(ByteBuffer control) {
    int[] found = new int[control.limit() / Integer.BYTES];
    int count = 0;
    int start = 0;
    while (control.limit() - start >= PREFIX_BYTES) {
      long length = control.getLong(start);
      if (length < PREFIX_BYTES || length > control.limit() - start) {
        break; // which the kernel never stores
      }
      int end = start + (int) length;
      if (control.getInt(start + LEVEL) == SOL_SOCKET.number()
          && control.getInt(start + TYPE) == SCM_RIGHTS.number()) {
        for (int i = start + PREFIX_BYTES; end - i >= Integer.BYTES; i += Integer.BYTES) {
          found[count++] = control.getInt(i);
        }
      }
      start = (end + Long.BYTES - 1) & -Long.BYTES;
    }
    return Arrays.copyOf(found, count);
  }
}
