package io.mman.model;

import io.mman.NativeFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/** A file and the bytes that it should have. */
final class ModelFile implements AutoCloseable {
  final Path path;
  NativeFile real;
  byte[] bytes;

  ModelFile(byte[] bytes) {
    try {
      path = Files.createTempFile("mman-model", "");
      Files.write(path, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    this.bytes = bytes;
    real = NativeFile.open(path, StandardOpenOption.WRITE);
  }

  /** Closes the file and opens it again; its regions stay mapped, but cannot grow any more. */
  void reopen() {
    real.close();
    real = NativeFile.open(path, StandardOpenOption.WRITE);
  }

  void resize(int size) {
    real.resize(size);
    bytes = Arrays.copyOf(bytes, size);
  }

  /** The same after a region was extended, which never makes the file shorter. */
  void lengthen(int size) {
    bytes = Arrays.copyOf(bytes, Math.max(bytes.length, size));
  }

  /** Returns a page, with zeros after the end of the file. */
  byte[] page(int number, int size) {
    int start = Math.min(number * size, bytes.length);
    return Arrays.copyOf(
        Arrays.copyOfRange(bytes, start, Math.min(start + size, bytes.length)), size);
  }

  void check() {
    try {
      if (!Arrays.equals(bytes, Files.readAllBytes(path))) {
        throw new AssertionError("the file has other bytes");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    real.close();
    try {
      Files.delete(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
