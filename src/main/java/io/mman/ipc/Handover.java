package io.mman.ipc;

import io.mman.FileSeal;
import io.mman.MmanException;
import io.mman.NativeFile;
import io.mman.internal.ipc.DescriptorReceiver;
import io.mman.internal.ipc.DescriptorSender;
import io.mman.internal.ipc.ProcessDescriptors;
import io.mman.internal.ipc.Timeout;
import io.mman.internal.region.Engines;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Predicate;

/**
 * Gives open files to other processes, above all memory that has no name. The receiver needs no
 * right to open the file, and the two may have different users, PID namespaces and mount
 * namespaces, as long as both see the socket.
 *
 * {@snippet class="io.mman.examples.Snippets" region="give"}
 *
 * The other process takes it:
 *
 * {@snippet class="io.mman.examples.Snippets" region="take"}
 *
 * <p>The giver listens at a Unix socket. Each file takes one connection, on which the giver sends
 * one byte with one descriptor ({@code SCM_RIGHTS}); its value is of no importance. A program in
 * another language can play either part. In Python, {@code socket.recv_fds(s, 1, 1)} takes what
 * {@link #give} gives, and {@code socket.send_fds(s, [b"x"], [fd])} on an accepted connection gives
 * what {@link #take(Path, FileSeal...) take} takes. Both processes then have a descriptor of the
 * same open file, with one file offset, and its access mode: a file that is open for reading only
 * cannot be written by the receiver either. Closing one does not affect the other.
 *
 * <p><b>Who may connect.</b> The socket file has the mode 0600, less the umask, from the first
 * moment on: only its owner and privileged processes can connect. Widen the permissions of the file
 * to admit other users, and pass a predicate that decides by the {@link Peer}, whose numbers come
 * from the kernel. Who listens at a path is decided by who may create files in its folder, so
 * choose one that only trusted users can write, such as {@code $XDG_RUNTIME_DIR}, and not {@code
 * /tmp}.
 *
 * <p><b>What the receiver must check.</b> The giver may keep the file and change it at any time. If
 * it truncates the file, the receiver loses pages, and access to them fails with SIGBUS, which may
 * end the JVM. Therefore require {@link FileSeal#SHRINK} from a giver that is not trusted. The seal
 * is checked before anything else is done with the file, and it can never be removed. A receiver
 * that reads a value twice may still see two values, unless the file has the seal {@link
 * FileSeal#WRITE}: copy what must not change, then check it. Ask for the length with {@code
 * size()}; a length that the giver claims may be wrong. Without required seals, a descriptor may be
 * that of a file or a device that blocks or fails whenever it is used.
 *
 * <p><b>Threads.</b> Several threads may call {@code give} at a time, and each gives to a client of
 * its own. {@code give} and {@code take} cannot be interrupted, and keep the interrupt status;
 * {@link #close} ends {@code give}, and a {@code Duration} limits {@code take}. A platform thread
 * waits in the kernel. A virtual thread parks, while a daemon thread of the library waits in its
 * place, and its carrier is free.
 *
 * <p>Linux only. On other systems, all methods throw {@link UnsupportedOperationException}.
 *
 * @see <a href="https://man7.org/linux/man-pages/man7/unix.7.html">unix(7)</a>
 */
public final class Handover implements AutoCloseable {
  private final DescriptorSender sender;

  private Handover(DescriptorSender sender) {
    this.sender = sender;
  }

  /**
   * Listens at a path, and gives to every client that can connect.
   *
   * @param path the path of the socket, which is created. If there is a socket that no process has
   *     bound, as after a crash, its file is replaced
   * @return the open object
   * @throws IllegalArgumentException if the path is longer than 107 bytes and its name longer than
   *     82 bytes, or if it has no name
   * @throws java.nio.file.ProviderMismatchException if the path belongs to another file system
   *     provider
   * @throws MmanException {@code EADDRINUSE} if a process has bound the socket, if it belongs to
   *     another user so that this cannot be found out, or if the path is the name of something else
   *     than a socket, which is not touched
   * @throws MmanException if the socket or its file cannot be created: {@code ENOENT}, {@code
   *     EACCES}, {@code EMFILE} …
   * @throws UnsupportedOperationException on systems other than Linux
   * @throws IllegalCallerException if native access is denied
   */
  public static Handover listen(Path path) {
    return listen(path, peer -> true);
  }

  /**
   * Listens at a path, and gives to the clients that a predicate accepts.
   *
   * @param path the path of the socket, which is created. If there is a socket that no process has
   *     bound, as after a crash, its file is replaced
   * @param accepted decides about each client. It is called by the threads that call {@link #give}
   * @return the open object
   * @throws IllegalArgumentException if the path is longer than 107 bytes and its name longer than
   *     82 bytes, or if it has no name
   * @throws java.nio.file.ProviderMismatchException if the path belongs to another file system
   *     provider
   * @throws MmanException {@code EADDRINUSE} if a process has bound the socket, if it belongs to
   *     another user so that this cannot be found out, or if the path is the name of something else
   *     than a socket, which is not touched
   * @throws MmanException if the socket or its file cannot be created: {@code ENOENT}, {@code
   *     EACCES}, {@code EMFILE} …
   * @throws UnsupportedOperationException on systems other than Linux
   * @throws IllegalCallerException if native access is denied
   */
  public static Handover listen(Path path, Predicate<Peer> accepted) {
    return new Handover(DescriptorSender.listen(path, accepted));
  }

  /**
   * Gives a file to the next client that is accepted. A client that the predicate refuses is
   * disconnected without having been given anything, and the method waits for the next one; so it
   * does if a client has disconnected by itself. When the method returns, the message is on its
   * way, and the file may be closed. The client may still end before it reads the message.
   *
   * @param file the file, which stays open
   * @throws IllegalStateException if the file or this object is closed, or becomes so while the
   *     method waits. It notices the latter within some 20 milliseconds
   * @throws MmanException if a call fails: {@code EMFILE} if no descriptor is free for the
   *     connection; {@code ETOOMANYREFS} if more descriptors are on their way to other processes
   *     than the limit {@code RLIMIT_NOFILE} allows. This object can be used again
   * @throws RuntimeException whatever the predicate throws; the client is disconnected
   */
  public void give(NativeFile file) {
    sender.give(Engines.file(file));
  }

  /**
   * Takes a file from the process that listens at a path, and waits until it gives one.
   *
   * @param path the path of the socket
   * @param seals the seals that the file must have
   * @return the file, close-on-exec; its {@link NativeFile#path} is its entry in {@code /proc}
   * @throws IllegalArgumentException if the path is longer than 107 bytes and its name longer than
   *     82 bytes, or if it has no name
   * @throws java.nio.file.ProviderMismatchException if the path belongs to another file system
   *     provider
   * @throws MmanException {@code ENOENT} or {@code ECONNREFUSED} if nobody listens at the path,
   *     {@code EACCES} if this user may not connect, {@code EMFILE} if no descriptor is free for
   *     the connection
   * @throws MmanException {@code EBADMSG} if the connection ends without a message, as it does for
   *     a client that is refused; if the message is truncated, because no descriptor is free; if it
   *     has no descriptor or several; or if the descriptor is neither that of a regular file nor
   *     that of memory or a device. All descriptors are closed
   * @throws MmanException {@code ECONNRESET} if the listener is closed while this method waits
   * @throws MmanException {@code EPERM} if the file lacks one of the seals; it is closed
   * @throws UnsupportedOperationException on systems other than Linux
   * @throws IllegalCallerException if native access is denied
   */
  public static NativeFile take(Path path, FileSeal... seals) {
    return DescriptorReceiver.take(path, Timeout.FOREVER, NativeFile::adopt, seals);
  }

  /**
   * Takes a file from the process that listens at a path, and waits for a limited time until it
   * gives one.
   *
   * @param path the path of the socket
   * @param time the longest time to wait, which is not limited; zero or a negative time takes only
   *     what has been given at once
   * @param seals the seals that the file must have
   * @return the file, close-on-exec; its {@link NativeFile#path} is its entry in {@code /proc}
   * @throws IllegalArgumentException if the path is longer than 107 bytes and its name longer than
   *     82 bytes, or if it has no name
   * @throws java.nio.file.ProviderMismatchException if the path belongs to another file system
   *     provider
   * @throws MmanException {@code ETIMEDOUT} if the time is up
   * @throws MmanException {@code ENOENT} or {@code ECONNREFUSED} if nobody listens at the path,
   *     {@code EACCES} if this user may not connect, {@code EMFILE} if no descriptor is free for
   *     the connection
   * @throws MmanException {@code EBADMSG} if the connection ends without a message, as it does for
   *     a client that is refused; if the message is truncated, because no descriptor is free; if it
   *     has no descriptor or several; or if the descriptor is neither that of a regular file nor
   *     that of memory or a device. All descriptors are closed
   * @throws MmanException {@code ECONNRESET} if the listener is closed while this method waits
   * @throws MmanException {@code EPERM} if the file lacks one of the seals; it is closed
   * @throws UnsupportedOperationException on systems other than Linux
   * @throws IllegalCallerException if native access is denied
   */
  public static NativeFile take(Path path, Duration time, FileSeal... seals) {
    return DescriptorReceiver.take(path, Timeout.nanos(time), NativeFile::adopt, seals);
  }

  /**
   * Duplicates a descriptor of another process, which need not take part. This process must have
   * the right to trace the other one: that of a debugger.
   *
   * @param process the process
   * @param fd the number of the descriptor in that process
   * @return the file, close-on-exec; its {@link NativeFile#path} is its entry in {@code /proc}
   * @throws IllegalArgumentException if {@code fd} is negative
   * @throws MmanException {@code ESRCH} if the process has ended, even if another one has its
   *     number now
   * @throws MmanException {@code EBADF} if the descriptor is not open in the process
   * @throws MmanException {@code EPERM} if this process may not trace the other one: it belongs to
   *     another user, or Yama forbids it ({@code kernel.yama.ptrace_scope}). The message says which
   *     rule is in force
   * @throws MmanException {@code EBADMSG} if the descriptor is neither that of a regular file nor
   *     that of memory or a device
   * @throws MmanException {@code ENOSYS} before Linux 5.6, {@code EMFILE} if no descriptor is free
   * @throws UnsupportedOperationException on systems other than Linux
   * @throws IllegalCallerException if native access is denied
   * @see <a href="https://man7.org/linux/man-pages/man2/pidfd_getfd.2.html">pidfd_getfd(2)</a>
   */
  public static NativeFile takeFrom(ProcessHandle process, int fd) {
    return ProcessDescriptors.take(process, fd, NativeFile::adopt);
  }

  /**
   * Ends all calls of {@link #give}, which throw {@link IllegalStateException}, disconnects the
   * clients that wait, and removes the socket file, unless another file has its name now. A second
   * call has no effect.
   *
   * @throws MmanException if the file cannot be removed: {@code EACCES} …; this object is closed
   *     nevertheless
   */
  @Override
  public void close() {
    sender.close();
  }

  /**
   * Returns a description of the object.
   *
   * @return its path, and whether it is open
   */
  @Override
  public String toString() {
    return sender.toString();
  }
}
