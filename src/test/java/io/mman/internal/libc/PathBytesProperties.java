package io.mman.internal.libc;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** A path reaches the kernel with exactly the bytes that it was created from. */
class PathBytesProperties {
  @Property(tries = 300)
  void anyNameKeepsItsBytes(@ForAll("names") byte[] name) {
    assertArrayEquals(join("/absent/", name), bytes(pathOf(name)));
  }

  @Property(tries = 300)
  void anyTextKeepsItsBytes(@ForAll("texts") String text) {
    Path path = pathOf(text.getBytes(StandardCharsets.UTF_8));
    assertArrayEquals(join("/absent/", text.getBytes(StandardCharsets.UTF_8)), bytes(path));
  }

  @Property(tries = 300)
  void anObjectOfSharedMemoryHasThePathOfItsName(@ForAll("texts") String text) {
    byte[] name = text.getBytes(StandardCharsets.UTF_8);
    Path path = PathBytes.ofSharedMemory("/" + text);
    assertArrayEquals(join("/dev/shm/", name), bytes(path));
    assertEquals(path, PathBytes.ofSharedMemory(text));
  }

  @Provide
  Arbitrary<byte[]> names() {
    return Arbitraries.bytes()
        .filter(b -> b != 0 && b != '/')
        .array(byte[].class)
        .ofMinSize(1)
        .ofMaxSize(40);
  }

  @Provide
  Arbitrary<String> texts() {
    return Arbitraries.strings()
        .withChars("a. %?#+\n\u00e9\u20ac\ufffd\ud7ff")
        .ofMinLength(1)
        .ofMaxLength(20)
        .filter(text -> !text.equals(".") && !text.equals("..")); // no names of shared memory
  }

  /** Makes a path of bytes, which only a URI can hold. */
  private static Path pathOf(byte[] name) {
    StringBuilder uri = new StringBuilder("file:///absent/");
    for (byte b : name) {
      uri.append(String.format("%%%02x", b & 0xFF));
    }
    return Path.of(URI.create(uri.toString()));
  }

  private static byte[] bytes(Path path) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = PathBytes.of(path, arena);
      byte[] bytes = name.toArray(ValueLayout.JAVA_BYTE);
      assertEquals(0, bytes[bytes.length - 1]);
      return Arrays.copyOf(bytes, bytes.length - 1);
    }
  }

  private static byte[] join(String folder, byte[] name) {
    ByteArrayOutputStream joined = new ByteArrayOutputStream();
    joined.writeBytes(folder.getBytes(StandardCharsets.US_ASCII));
    joined.writeBytes(name);
    return joined.toByteArray();
  }
}
