package io.mman.internal.libc;

import io.mman.internal.platform.Platform;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** The extended attributes of open files, on Linux only: other systems have other functions. */
public final class AttributeCalls {
  // ssize_t fgetxattr(int fd, const char *name, void *value, size_t size);
  private static final CFunction FGETXATTR = new CFunction("fgetxattr");
  // int fsetxattr(int fd, const char *name, const void *value, size_t size, int flags);
  private static final CFunction FSETXATTR = new CFunction("fsetxattr");

  private static final int XATTR_CREATE = 1;

  /** The offset of the value in the scratch memory, after the name. */
  private static final int VALUE = 64;

  private AttributeCalls() {}

  /**
   * Reads an attribute.
   *
   * @param name the name, which must be ASCII and shorter than 64 bytes
   * @param value the array that receives the value
   * @return the length of the value, or the negative errno: ENODATA if there is no such attribute
   */
  public static int get(int fd, String name, byte[] value) {
    Scratch scratch = scratch(name);
    long address = scratch.structureAddress();
    int result =
        (int)
            FGETXATTR.callForLong(
                fd, address, address + VALUE, value.length, 0, 0, MemorySegment.NULL);
    if (result > 0) {
      scratch.structure().get(VALUE, value, 0, result);
    }
    return result;
  }

  /** Adds an attribute, which must not exist yet. Returns 0 or the negative errno. */
  public static int add(int fd, String name, byte[] value) {
    Scratch scratch = scratch(name);
    long address = scratch.structureAddress();
    scratch.structure().put(VALUE, value);
    return FSETXATTR.call(fd, address, address + VALUE, value.length, XATTR_CREATE);
  }

  private static Scratch scratch(String name) {
    if (!Platform.current().isLinux()) {
      throw Platform.lacks("fgetxattr");
    }
    Scratch scratch = Scratch.get();
    ByteBuffer structure = scratch.structure();
    byte[] bytes = name.getBytes(StandardCharsets.US_ASCII);
    structure.put(0, bytes).put(bytes.length, (byte) 0);
    return scratch;
  }
}
