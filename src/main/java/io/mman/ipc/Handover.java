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
 * Passes open files, such as unnamed memory, from one process to another. The receiver needs no
 * permission to open the file. The two processes may have different users, PID namespaces and mount
 * namespaces, as long as both can reach the socket.
 *
 * {@snippet class="io.mman.examples.Snippets" region="give"}
 *
 * The other process takes the file:
 *
 * {@snippet class="io.mman.examples.Snippets" region="take"}
 *
 * <p>The giver listens on a stream socket of the family {@code AF_UNIX}. Each file is sent on a
 * separate connection, as one byte of arbitrary value with one descriptor in a control message of
 * the type {@code SCM_RIGHTS}. A program in another language can take either role. In Python,
 * {@code socket.recv_fds(s, 1, 1)} on a connected socket receives a file from {@link #give}, and
 * {@code socket.send_fds(s, [b"x"], [fd])} on an accepted connection sends a file to {@link
 * #take(Path, FileSeal...) take}. Afterwards, both processes have a descriptor of the same open
 * file description. They share its file offset and its access mode: if the giver opened the file
 * for reading only, the receiver cannot write to it either. Closing one descriptor does not affect
 * the other.
 *
 * <p><b>Who may connect.</b> The socket file is created with mode 0600, less the umask, so only its
 * owner and privileged processes can connect. To admit other users, change the permissions of the
 * file, and pass a predicate that checks the {@link Peer}, whose credentials come from the kernel.
 * Any user who can create files in the folder of the socket can listen there in place of the
 * intended giver. Choose a folder that only trusted users can write, such as {@code
 * $XDG_RUNTIME_DIR}, and not {@code /tmp}.
 *
 * <p><b>What the receiver must check.</b> The giver may keep the file open and change it at any
 * time. If it truncates the file, the receiver loses pages, and an access to a lost page raises
 * {@code SIGBUS}, which can end the JVM. Therefore require {@link FileSeal#SHRINK} if the giver is
 * not trusted. A seal is checked before anything else is done with the file, and it can never be
 * removed. Unless the file has the seal {@link FileSeal#WRITE}, two loads of the same value can
 * still return different results: copy the data first, then check the copy. Determine the length
 * with {@link NativeFile#size}, because a length that the giver reports may be wrong. If no seals
 * are required, the descriptor may refer to a file or a device that blocks or fails whenever it is
 * used.
 *
 * <p><b>Threads.</b> Several threads may call {@code give} at the same time; each of them serves a
 * different client. An interrupt does not end {@code give} or {@code take}, and the interrupt
 * status is kept. To end {@code give}, call {@link #close}; to limit {@code take}, pass a {@code
 * Duration}. A platform thread that waits sleeps in the kernel. A virtual thread parks and releases
 * its carrier, and a daemon thread of the library waits in its place.
 *
 * <p>This class is for Linux only. On other systems, all static methods throw {@link
 * UnsupportedOperationException}.
 *
 * @see <a href="https://man7.org/linux/man-pages/man7/unix.7.html">unix(7)</a>
 */
public final class Handover implements AutoCloseable {
  private final DescriptorSender sender;

  private Handover(DescriptorSender sender) {
    this.sender = sender;
  }

  /**
   * Creates a socket at a path and listens on it. Every client that can connect is accepted.
   *
   * @param path the path of the socket file, which is created. A socket file that no process uses
   *     any more, as after a crash, is replaced
   * @return the new object, which the caller closes
   * @throws IllegalArgumentException if the path is longer than 107 bytes and its file name longer
   *     than 82 bytes
   * @throws IllegalArgumentException if the path has no file name, because it is empty or a root
   *     folder
   * @throws java.nio.file.ProviderMismatchException if the path does not belong to the default file
   *     system provider
   * @throws MmanException with {@code EADDRINUSE} if a process uses the socket at the path
   * @throws MmanException with {@code EADDRINUSE} if the socket at the path belongs to another
   *     user, so that it is not known whether a process uses it
   * @throws MmanException with {@code EADDRINUSE} if the path names a file that is not a socket.
   *     The file is not changed
   * @throws MmanException with {@code EAGAIN} if a socket file has to be replaced and another
   *     process keeps the folder locked with {@code flock(2)} for longer than about five seconds
   * @throws MmanException if the socket or its file cannot be created: for example, {@code ENOENT}
   *     if the folder does not exist, {@code EACCES} if this process may not create files in it, or
   *     {@code EMFILE} if no descriptor is free
   * @throws UnsupportedOperationException on systems other than Linux
   * @throws IllegalCallerException if native access is denied
   */
  public static Handover listen(Path path) {
    return listen(path, peer -> true);
  }

  /**
   * Creates a socket at a path and listens on it. A predicate decides which clients are accepted.
   *
   * @param path the path of the socket file, which is created. A socket file that no process uses
   *     any more, as after a crash, is replaced
   * @param accepted decides whether a client is accepted. It is called by the threads that call
   *     {@link #give}
   * @return the new object, which the caller closes
   * @throws IllegalArgumentException if the path is longer than 107 bytes and its file name longer
   *     than 82 bytes
   * @throws IllegalArgumentException if the path has no file name, because it is empty or a root
   *     folder
   * @throws java.nio.file.ProviderMismatchException if the path does not belong to the default file
   *     system provider
   * @throws MmanException with {@code EADDRINUSE} if a process uses the socket at the path
   * @throws MmanException with {@code EADDRINUSE} if the socket at the path belongs to another
   *     user, so that it is not known whether a process uses it
   * @throws MmanException with {@code EADDRINUSE} if the path names a file that is not a socket.
   *     The file is not changed
   * @throws MmanException with {@code EAGAIN} if a socket file has to be replaced and another
   *     process keeps the folder locked with {@code flock(2)} for longer than about five seconds
   * @throws MmanException if the socket or its file cannot be created: for example, {@code ENOENT}
   *     if the folder does not exist, {@code EACCES} if this process may not create files in it, or
   *     {@code EMFILE} if no descriptor is free
   * @throws UnsupportedOperationException on systems other than Linux
   * @throws IllegalCallerException if native access is denied
   */
  public static Handover listen(Path path, Predicate<Peer> accepted) {
    return new Handover(DescriptorSender.listen(path, accepted));
  }

  /**
   * Gives a file to the next client that is accepted, and waits for one if necessary. If the
   * predicate refuses a client, the client is disconnected and gets nothing, and the method waits
   * for the next one. The method also waits for the next client if one disconnects before the file
   * has been sent. When the method returns, the file has been sent and may be closed; the client
   * may still end before it receives the file.
   *
   * @param file the file, which stays open
   * @throws IllegalStateException if the file or this object is closed
   * @throws IllegalStateException if the file or this object is closed while the method waits. The
   *     method notices this within about 20 milliseconds
   * @throws MmanException with {@code EMFILE} if no descriptor is free for the connection. This
   *     object remains usable
   * @throws MmanException with {@code ETOOMANYREFS} if this user has sent more descriptors that
   *     have not been received yet than the limit {@code RLIMIT_NOFILE} allows. The client is
   *     disconnected, and this object remains usable
   * @throws RuntimeException if the predicate throws an exception, which is passed on. The client
   *     is disconnected
   */
  public void give(NativeFile file) {
    sender.give(Engines.file(file));
  }

  /**
   * Takes a file from the process that listens at a path, and waits without limit until that
   * process gives one.
   *
   * @param path the path of the socket file
   * @param seals the seals that the file must have
   * @return the open file, with a close-on-exec descriptor. Its {@link NativeFile#path} is the
   *     entry of the descriptor in {@code /proc}
   * @throws IllegalArgumentException if the path is longer than 107 bytes and its file name longer
   *     than 82 bytes
   * @throws IllegalArgumentException if the path has no file name, because it is empty or a root
   *     folder
   * @throws java.nio.file.ProviderMismatchException if the path does not belong to the default file
   *     system provider
   * @throws MmanException with {@code ENOENT} or {@code ECONNREFUSED} if no process listens at the
   *     path
   * @throws MmanException with {@code EACCES} if this user may not connect
   * @throws MmanException with {@code EMFILE} if no descriptor is free for the connection
   * @throws MmanException with {@code EBADMSG} if the connection ends without a message, for
   *     example because the listener has refused this process
   * @throws MmanException with {@code EBADMSG} if the message is truncated, because no descriptor
   *     is free for the file
   * @throws MmanException with {@code EBADMSG} if the message has no descriptor or more than one.
   *     All received descriptors are closed
   * @throws MmanException with {@code EBADMSG} if the descriptor is neither that of a regular file
   *     nor that of memory or a device. It is closed
   * @throws MmanException with {@code ECONNRESET} if the listener closes its socket while this
   *     method waits
   * @throws MmanException with {@code EPERM} if the file lacks one of the required seals. The
   *     descriptor is closed
   * @throws UnsupportedOperationException on systems other than Linux
   * @throws IllegalCallerException if native access is denied
   */
  public static NativeFile take(Path path, FileSeal... seals) {
    return DescriptorReceiver.take(path, Timeout.FOREVER, NativeFile::adopt, seals);
  }

  /**
   * Takes a file from the process that listens at a path, and waits for a limited time until that
   * process gives one.
   *
   * @param path the path of the socket file
   * @param time the maximum time to wait. If it is zero or negative, the method connects but does
   *     not wait. Any duration is allowed
   * @param seals the seals that the file must have
   * @return the open file, with a close-on-exec descriptor. Its {@link NativeFile#path} is the
   *     entry of the descriptor in {@code /proc}
   * @throws IllegalArgumentException if the path is longer than 107 bytes and its file name longer
   *     than 82 bytes
   * @throws IllegalArgumentException if the path has no file name, because it is empty or a root
   *     folder
   * @throws java.nio.file.ProviderMismatchException if the path does not belong to the default file
   *     system provider
   * @throws MmanException with {@code ETIMEDOUT} if the time has elapsed
   * @throws MmanException with {@code ENOENT} or {@code ECONNREFUSED} if no process listens at the
   *     path
   * @throws MmanException with {@code EACCES} if this user may not connect
   * @throws MmanException with {@code EMFILE} if no descriptor is free for the connection
   * @throws MmanException with {@code EBADMSG} if the connection ends without a message, for
   *     example because the listener has refused this process
   * @throws MmanException with {@code EBADMSG} if the message is truncated, because no descriptor
   *     is free for the file
   * @throws MmanException with {@code EBADMSG} if the message has no descriptor or more than one.
   *     All received descriptors are closed
   * @throws MmanException with {@code EBADMSG} if the descriptor is neither that of a regular file
   *     nor that of memory or a device. It is closed
   * @throws MmanException with {@code ECONNRESET} if the listener closes its socket while this
   *     method waits
   * @throws MmanException with {@code EPERM} if the file lacks one of the required seals. The
   *     descriptor is closed
   * @throws UnsupportedOperationException on systems other than Linux
   * @throws IllegalCallerException if native access is denied
   */
  public static NativeFile take(Path path, Duration time, FileSeal... seals) {
    return DescriptorReceiver.take(path, Timeout.nanos(time), NativeFile::adopt, seals);
  }

  /**
   * Duplicates a descriptor of another process, which need not cooperate. The current process must
   * have the permission to trace the other one, as a debugger has; see ptrace(2). Both descriptors
   * then refer to the same open file description.
   *
   * @param process the process
   * @param fd the number of the descriptor in the other process
   * @return the open file, with a close-on-exec descriptor. Its {@link NativeFile#path} is the
   *     entry of the descriptor in {@code /proc}
   * @throws IllegalArgumentException if {@code fd} is negative
   * @throws MmanException with {@code ESRCH} if the process has ended, even if its process ID has
   *     been reused
   * @throws MmanException with {@code EBADF} if the descriptor is not open in the other process
   * @throws MmanException with {@code EPERM} if the current process may not trace the other one,
   *     for example because the other one belongs to another user, or because the Yama security
   *     module forbids it ({@code kernel.yama.ptrace_scope}). The message names the rule
   * @throws MmanException with {@code EBADMSG} if the descriptor is neither that of a regular file
   *     nor that of memory or a device
   * @throws MmanException with {@code ENOSYS} before Linux 5.6
   * @throws MmanException with {@code EMFILE} if no descriptor is free
   * @throws UnsupportedOperationException on systems other than Linux
   * @throws IllegalCallerException if native access is denied
   * @see <a href="https://man7.org/linux/man-pages/man2/pidfd_getfd.2.html">pidfd_getfd(2)</a>
   */
  public static NativeFile takeFrom(ProcessHandle process, int fd) {
    return ProcessDescriptors.take(process, fd, NativeFile::adopt);
  }

  /**
   * Closes the socket and removes its file, unless the name now belongs to another file. Calls of
   * {@link #give} that wait throw {@link IllegalStateException}, and clients that wait to be
   * accepted are disconnected. If this object is already closed, the method has no effect.
   *
   * @throws MmanException if the socket file cannot be removed: for example, {@code EACCES} if this
   *     process may no longer change the folder. This object is closed nevertheless
   */
  @Override
  public void close() {
    sender.close();
  }

  /**
   * Returns a description of the object.
   *
   * @return a description with the path and whether the object is open
   */
  @Override
  public String toString() {
    return sender.toString();
  }
}
