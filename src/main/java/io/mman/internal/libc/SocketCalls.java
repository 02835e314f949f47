package io.mman.internal.libc;

import static io.mman.internal.platform.SocketNumber.AF_UNIX;
import static io.mman.internal.platform.SocketNumber.MSG_CMSG_CLOEXEC;
import static io.mman.internal.platform.SocketNumber.MSG_NOSIGNAL;
import static io.mman.internal.platform.SocketNumber.SHUT_RDWR;
import static io.mman.internal.platform.SocketNumber.SOCK_CLOEXEC;
import static io.mman.internal.platform.SocketNumber.SOCK_DGRAM;
import static io.mman.internal.platform.SocketNumber.SOCK_NONBLOCK;
import static io.mman.internal.platform.SocketNumber.SOCK_STREAM;
import static io.mman.internal.platform.SocketNumber.SOL_SOCKET;
import static io.mman.internal.platform.SocketNumber.SO_PEERCRED;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/**
 * The calls on sockets of the family AF_UNIX, for Linux only. All sockets are close-on-exec and
 * non-blocking. A call that is interrupted by a signal (EINTR) is repeated, except {@link #poll}.
 */
public final class SocketCalls {
  /** The longest path that an address holds, in bytes without NUL: {@code sun_path} has 108. */
  public static final int MAX_PATH = 107;

  // int socket(int domain, int type, int protocol);
  private static final CFunction SOCKET = new CFunction("socket");
  // int fchmod(int fd, mode_t mode);
  private static final CFunction FCHMOD = new CFunction("fchmod");
  // int bind(int sockfd, const struct sockaddr *addr, socklen_t addrlen);
  private static final CFunction BIND = new CFunction("bind");
  // int listen(int sockfd, int backlog);
  private static final CFunction LISTEN = new CFunction("listen");
  // int accept4(int sockfd, struct sockaddr *addr, socklen_t *addrlen, int flags);
  private static final CFunction ACCEPT4 = new CFunction("accept4");
  // int connect(int sockfd, const struct sockaddr *addr, socklen_t addrlen);
  private static final CFunction CONNECT = new CFunction("connect");
  // int shutdown(int sockfd, int how);
  private static final CFunction SHUTDOWN = new CFunction("shutdown");
  // int getsockopt(int sockfd, int level, int optname, void *optval, socklen_t *optlen);
  private static final CFunction GETSOCKOPT = new CFunction("getsockopt");
  // ssize_t sendmsg(int sockfd, const struct msghdr *msg, int flags);
  private static final CFunction SENDMSG = new CFunction("sendmsg");
  // ssize_t recvmsg(int sockfd, struct msghdr *msg, int flags);
  private static final CFunction RECVMSG = new CFunction("recvmsg");
  // int poll(struct pollfd *fds, nfds_t nfds, int timeout);
  private static final CFunction POLL = new CFunction("poll");

  private static final int OWNER_ONLY = 0600;
  private static final int MAX_BACKLOG = 4096;
  private static final short POLLIN = 1;

  /** The size of {@code struct ucred}: a process ID, a user ID and a group ID. */
  private static final int UCRED_BYTES = 3 * Integer.BYTES;

  private SocketCalls() {}

  /** Creates a stream socket. Returns a descriptor, or the negative errno. */
  public static int stream() {
    return socket(SOCK_STREAM.number());
  }

  /** Creates a datagram socket. Returns a descriptor, or the negative errno. */
  public static int datagram() {
    return socket(SOCK_DGRAM.number());
  }

  private static int socket(int type) {
    int flags = SOCK_CLOEXEC.number() | SOCK_NONBLOCK.number();
    return SOCKET.callAgain(AF_UNIX.number(), type | flags, 0, 0);
  }

  /**
   * Allows only the owner to connect. Must be called before {@link #bind}, which creates the file
   * with the permissions of the socket, less the umask.
   */
  public static int allowOwnerOnly(int socket) {
    return FCHMOD.callAgain(socket, OWNER_ONLY, 0, 0);
  }

  /** Creates the file of a socket. The path has at most {@link #MAX_PATH} bytes. */
  public static int bind(int socket, byte[] path) {
    return callWithAddress(BIND, socket, path);
  }

  /**
   * Lets clients connect. At most 4096 of them, or fewer if the system has a lower limit, can wait
   * to be accepted.
   */
  public static int listen(int socket) {
    return LISTEN.callAgain(socket, MAX_BACKLOG, 0, 0);
  }

  /** Connects to a socket. The path has at most {@link #MAX_PATH} bytes. */
  public static int connect(int socket, byte[] path) {
    return callWithAddress(CONNECT, socket, path);
  }

  /** Stores a {@code struct sockaddr_un}: the family in 16 bits, and the path. */
  private static int callWithAddress(CFunction function, int socket, byte[] path) {
    if (path.length > MAX_PATH) {
      throw new IllegalArgumentException("a path of " + path.length + " bytes");
    }
    Scratch scratch = Scratch.get();
    ByteBuffer address = scratch.structure();
    address.putShort(0, (short) AF_UNIX.number());
    address.put(Short.BYTES, path);
    address.put(Short.BYTES + path.length, (byte) 0);
    int bytes = Short.BYTES + path.length + 1;
    return function.callAgain(socket, scratch.structureAddress(), bytes, 0);
  }

  /**
   * Accepts the next client that has connected. Returns a descriptor of the connection, or the
   * negative errno.
   */
  public static int accept(int socket) {
    return ACCEPT4.callAgain(socket, 0, 0, SOCK_CLOEXEC.number() | SOCK_NONBLOCK.number());
  }

  /** Shuts a socket down, which ends all waits for clients. */
  public static int shutdown(int socket) {
    return SHUTDOWN.callAgain(socket, SHUT_RDWR.number(), 0, 0);
  }

  /**
   * Reads the credentials of the process that has connected.
   *
   * @param peer receives the process ID, the user ID and the group ID
   */
  public static int peer(int socket, int[] peer) {
    Scratch scratch = Scratch.get();
    long ucred = scratch.structureAddress();
    ByteBuffer structure = scratch.structure();
    int result;
    do {
      structure.putInt(UCRED_BYTES, UCRED_BYTES);
      result =
          GETSOCKOPT.call(
              socket, SOL_SOCKET.number(), SO_PEERCRED.number(), ucred, ucred + UCRED_BYTES);
    } while (result == Scratch.INTERRUPTED);
    structure.asIntBuffer().get(0, peer);
    return result;
  }

  /**
   * Sends one byte with one descriptor. Returns the number of bytes sent, or the negative errno.
   */
  public static int send(int socket, int fd) {
    Scratch scratch = Scratch.get();
    RightsMessage.putOne(scratch.structure(), scratch.structureAddress(), fd);
    return SENDMSG.callAgain(socket, scratch.structureAddress(), MSG_NOSIGNAL.number(), 0);
  }

  /**
   * Receives one byte and the descriptors that come with it. The arena of the message is confined
   * to the current thread, so it cannot be closed during the call.
   *
   * @return the number of bytes received, 0 if the connection has ended, or the negative errno
   */
  public static int receive(int socket, RightsMessage message) {
    int result;
    do {
      MemorySegment header = message.prepared();
      int flags = MSG_CMSG_CLOEXEC.number();
      result = RECVMSG.call(socket, header.address(), flags, 0, 0, 0, header);
    } while (result == Scratch.INTERRUPTED);
    return result;
  }

  /**
   * Waits until a socket is readable or its peer has closed the connection.
   *
   * @param millis the maximum time to wait in milliseconds
   * @return 1 if the socket is readable or closed by the peer, 0 if the time has elapsed, or the
   *     negative errno
   */
  public static int poll(int socket, int millis) {
    Scratch scratch = Scratch.get();
    ByteBuffer pollfd = scratch.structure();
    pollfd.putInt(0, socket);
    pollfd.putShort(Integer.BYTES, POLLIN);
    pollfd.putShort(Integer.BYTES + Short.BYTES, (short) 0);
    return POLL.call(scratch.structureAddress(), 1, millis, 0, 0);
  }
}
