package io.mman.benchmarks.processes;

import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/** A Unix socket, to which each message is written at once, and which is read into a buffer. */
final class SocketLink implements Link {
  private static final int BUFFER = 1 << 16;

  private final SocketChannel channel;
  private final ByteBuffer out = ByteBuffer.allocateDirect(MESSAGE);
  private final MemorySegment outBytes = MemorySegment.ofBuffer(out);
  private final ByteBuffer in = ByteBuffer.allocateDirect(BUFFER).limit(0);
  private final MemorySegment inBytes = MemorySegment.ofBuffer(in.duplicate().clear());

  private SocketLink(SocketChannel channel) {
    this.channel = channel;
  }

  static SocketLink listen(Path path) throws IOException {
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(path));
      return new SocketLink(server.accept());
    }
  }

  /** Connects to a socket that may not exist yet. */
  static SocketLink connect(Path path) throws InterruptedException {
    while (true) {
      try {
        return new SocketLink(SocketChannel.open(UnixDomainSocketAddress.of(path)));
      } catch (IOException e) {
        Thread.sleep(1);
      }
    }
  }

  @Override
  public void send(MemorySegment message) throws IOException {
    outBytes.copyFrom(message);
    out.clear();
    while (out.hasRemaining()) {
      channel.write(out);
    }
  }

  @Override
  public void receive(MemorySegment target) throws IOException {
    while (in.remaining() < MESSAGE) {
      in.compact();
      int read = channel.read(in);
      in.flip();
      if (read < 0) {
        throw new EOFException();
      }
    }
    MemorySegment.copy(inBytes, in.position(), target, 0, MESSAGE);
    in.position(in.position() + MESSAGE);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
