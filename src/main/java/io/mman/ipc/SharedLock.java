package io.mman.ipc;

import io.mman.MappedRegion;
import io.mman.MmanException;
import io.mman.internal.ipc.SharedLockEngine;
import io.mman.internal.ipc.Timeout;
import io.mman.internal.region.Engines;
import java.nio.file.Path;
import java.nio.file.ProviderMismatchException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A mutual exclusion lock in shared memory, for threads of any number of processes. It survives the
 * death of its owner: if a process dies while one of its threads holds the lock, another thread can
 * acquire it, and learns from the {@link State} that the previous owner has died.
 *
 * {@snippet class="io.mman.examples.Snippets" region="sharedLock"}
 *
 * <p>The lock consists of 16 bytes of shared memory and a lock file. The memory must be filled with
 * zeros before the first use. Acquiring and releasing a lock without contention changes the memory
 * only, and makes no system call. A thread that has to wait sleeps in the kernel, as with {@link
 * Futex}.
 *
 * <p><b>The lock file</b> shows whether a participant is alive. Each object of this class is a
 * participant: it opens the lock file and locks a byte that no other participant uses. The kernel
 * releases this lock when the process ends, for any reason and in any PID namespace. A thread that
 * has waited for about 50 milliseconds asks the kernel whether the owner's byte is still locked. A
 * process that is stopped or hangs therefore keeps the lock.
 *
 * <ul>
 *   <li>The file is created if it does not exist, and can be used for any number of locks. It must
 *       not be used for any other purpose, and no other program may lock any part of it with {@code
 *       fcntl(2)}.
 *   <li>The first participant records the identity of the file in the memory. If the file is
 *       removed, new participants are refused, because they could not determine whether the
 *       participants of the old file are alive. A copy that replaces the file, as editors and
 *       backup programs may do, is not recognized: new participants would then consider live ones
 *       dead. To use another file, fill the 16 bytes with zeros while there are no participants.
 *   <li>A copy of the memory must also be filled with zeros before it is used as a lock. So must
 *       the memory of a file on a disk after a crash of the machine, because the last change of the
 *       lock file may have been lost.
 *   <li>All participants need permission to read and write the file.
 *   <li>The file should be in a local file system, such as {@code /run} or {@code /dev/shm}. Over
 *       NFS, the locks of a live process can be lost if the server or the connection fails for
 *       longer than the lease time. The owner would then be considered dead, and two threads could
 *       hold the lock at the same time.
 * </ul>
 *
 * <p><b>Ownership.</b> The thread that has acquired the lock owns it, and only this thread can
 * release it. The lock is not reentrant. If a thread ends without releasing the lock and its
 * process lives on, the lock remains held. The lock is not fair: any waiting thread may acquire it
 * next, and a thread that arrives later may acquire it before them.
 *
 * <p><b>Threads and objects.</b> If the region is not confined, all threads of a process can use
 * the same object. A process may also create more than one object for the same memory. Each object
 * occupies a descriptor until it is closed, and uses up one of the 2<sup>31</sup> - 1 participant
 * numbers of the lock, which are never used again; objects should therefore be long-lived. A
 * virtual thread that waits does not occupy its carrier.
 *
 * <p><b>The region.</b> The region should be a shared mapping, and must be readable and writable.
 * If the region is closed, the methods that acquire and release the lock throw {@link
 * IllegalStateException}. If it is closed while a thread holds the lock, the lock remains held
 * until {@link #close} is called, and the next owner then gets {@link State#OWNER_DIED}. The region
 * can be changed at any time, for example with {@code resize}; threads that are waiting for the
 * lock then throw {@link IllegalStateException}. If the region maps a file that another process
 * might truncate, request that the region {@linkplain io.mman.Mapping#surviveBusErrors survive bus
 * errors}, or use memory that is sealed with {@link io.mman.FileSeal#SHRINK}.
 *
 * <p><b>fork.</b> A process that is created by {@code fork(2)} and does not call {@code execve(2)}
 * inherits the lock on the byte of its parent. As long as the child lives, the parent is not
 * considered dead. The JVM never creates such processes. After {@code fork}, a child process
 * written in C must close the inherited descriptor and open the lock file again to become a
 * participant.
 *
 * <p><b>Other languages</b> can use the lock as well: the <a
 * href="doc-files/shared-lock.html">layout and the protocol</a> are documented, with a sample
 * implementation in C.
 *
 * <p><b>Memory model.</b> All stores that the owner made before it released the lock, or before it
 * died, are visible to the next owner.
 *
 * <p>This class requires a {@link Futex}, and locks that belong to open file descriptions, which
 * exist on Linux 3.15 or later and on macOS.
 */
public final class SharedLock implements AutoCloseable {
  private static final Optional<State> CLEAN = Optional.of(State.CLEAN);
  private static final Optional<State> OWNER_DIED = Optional.of(State.OWNER_DIED);

  private final SharedLockEngine engine;

  private SharedLock(SharedLockEngine engine) {
    this.engine = engine;
  }

  /** The state in which the previous owner left the lock. */
  public enum State {
    /** The previous owner released the lock, or there was no previous owner. */
    CLEAN,

    /**
     * The process of the previous owner died, or closed the region and then the lock, while the
     * owner held the lock. The data that the lock protects may be inconsistent. The new owner holds
     * the lock, and must repair the data before it releases the lock. If the new owner dies as
     * well, the next owner also gets this state.
     */
    OWNER_DIED
  }

  /**
   * Returns a lock whose 16 bytes are at an offset of a region, as a new participant. If another
   * process initializes the lock file at the same time, the method waits until that is finished; an
   * interrupt does not end this wait.
   *
   * @param region the region, which must be readable and writable
   * @param offset the offset of the 16 bytes from the start of the region, in bytes
   * @param lockFile the lock file. If it does not exist and the lock has never been used, it is
   *     created with mode 0666, less the umask. An empty file becomes a lock file
   * @return the lock, which the caller closes
   * @throws IndexOutOfBoundsException if the 16 bytes are not inside the region
   * @throws IllegalArgumentException if the address of the bytes is not a multiple of 8
   * @throws IllegalArgumentException if the protection of the region does not allow both reading
   *     and writing
   * @throws IllegalArgumentException if the lock has been used with another lock file, such as a
   *     file of the same name that has since been removed
   * @throws IllegalArgumentException if the file is neither empty nor a lock file. It is not
   *     changed
   * @throws IllegalStateException if the memory contains data other than a lock. It is not changed
   * @throws IllegalStateException if the lock has already had 2<sup>31</sup> - 1 participants, or
   *     the lock file 2<sup>31</sup> - 1 locks
   * @throws IllegalStateException if another program has locked the bytes of the lock file
   * @throws IllegalStateException if the region is closed
   * @throws WrongThreadException if the region is confined to another thread
   * @throws ProviderMismatchException if the path does not belong to the default file system
   *     provider
   * @throws MmanException if the file cannot be opened, created, read, written or locked
   * @throws UnsupportedOperationException if the system lacks locks of open file descriptions or
   *     the calls of {@link Futex}
   * @throws IllegalCallerException if native access is denied
   */
  public static SharedLock at(MappedRegion region, long offset, Path lockFile) {
    return new SharedLock(SharedLockEngine.at(Engines.region(region), offset, lockFile));
  }

  /**
   * Acquires the lock, and waits without limit if necessary. An interrupt does not end the wait,
   * and the interrupt status is kept. To limit the wait or to make it interruptible, use {@link
   * #tryLock(Duration)}.
   *
   * @return the state in which the previous owner left the lock
   * @throws IllegalStateException if the current thread already holds the lock
   * @throws IllegalStateException if the lock or the region is closed before or during the wait
   * @throws IllegalStateException if the region has been changed during the wait
   * @throws IllegalStateException if the protection of the region no longer allows both reading and
   *     writing
   * @throws IndexOutOfBoundsException if the lock is no longer inside the region
   * @throws IllegalStateException if the memory has been overwritten with data other than a lock
   * @throws WrongThreadException if the region is confined to another thread
   * @throws MmanException if the kernel cannot be asked whether the owner is alive. The lock is not
   *     acquired
   */
  public State lock() {
    return engine.lock();
  }

  /**
   * Acquires the lock if it is free, or if its owner has died. If the lock is held, the method asks
   * the kernel whether the owner is alive. It does not wait.
   *
   * @return the state in which the previous owner left the lock, or an empty {@code Optional} if a
   *     thread holds the lock, even if that is the current thread
   * @throws IllegalStateException if the lock or the region is closed
   * @throws IllegalStateException if the protection of the region no longer allows both reading and
   *     writing
   * @throws IndexOutOfBoundsException if the lock is no longer inside the region
   * @throws IllegalStateException if the memory has been overwritten with data other than a lock
   * @throws WrongThreadException if the region is confined to another thread
   * @throws MmanException if the kernel cannot be asked whether the owner is alive. The lock is not
   *     acquired
   */
  public Optional<State> tryLock() {
    return optional(engine.tryLock());
  }

  /**
   * Acquires the lock, and waits for a limited time if necessary. If the current thread already
   * holds the lock, the method returns at once.
   *
   * @param time the maximum time to wait. If it is zero or negative, the method does not wait. Any
   *     duration is allowed
   * @return the state in which the previous owner left the lock, or an empty {@code Optional} if
   *     the time has elapsed or the current thread already holds the lock
   * @throws InterruptedException if the current thread is interrupted before or during the wait;
   *     its interrupt status is cleared. A waiting thread notices the interrupt within about 50
   *     milliseconds
   * @throws IllegalStateException if the lock or the region is closed before or during the wait
   * @throws IllegalStateException if the region has been changed during the wait
   * @throws IllegalStateException if the protection of the region no longer allows both reading and
   *     writing
   * @throws IndexOutOfBoundsException if the lock is no longer inside the region
   * @throws IllegalStateException if the memory has been overwritten with data other than a lock
   * @throws WrongThreadException if the region is confined to another thread
   * @throws MmanException if the kernel cannot be asked whether the owner is alive. The lock is not
   *     acquired
   */
  public Optional<State> tryLock(Duration time) throws InterruptedException {
    return optional(engine.tryLock(Timeout.nanos(time)));
  }

  private static Optional<State> optional(@Nullable State state) {
    return state == null ? Optional.empty() : state == State.CLEAN ? CLEAN : OWNER_DIED;
  }

  /**
   * Releases the lock, and wakes one of the threads that wait for it.
   *
   * @throws IllegalMonitorStateException if the current thread does not hold the lock
   * @throws IllegalStateException if the lock is closed, which is possible only after the region
   *     was closed
   * @throws IllegalStateException if the region is closed. The thread still holds the lock
   * @throws IllegalStateException if the protection of the region no longer allows both reading and
   *     writing. The thread still holds the lock
   * @throws IndexOutOfBoundsException if the lock is no longer inside the region. The thread still
   *     holds the lock
   * @throws IllegalStateException if the memory of the lock has been overwritten. The thread no
   *     longer holds the lock
   */
  public void unlock() {
    engine.unlock();
  }

  /**
   * Closes this object and its descriptor of the lock file; the memory and the region stay as they
   * are. Threads that wait in {@code lock} or {@code tryLock} of this object throw {@link
   * IllegalStateException}. The method waits until all of them have noticed, which takes about 50
   * milliseconds at most; an interrupt does not end this wait, and the interrupt status is kept. If
   * this object is already closed, the method has no effect.
   *
   * @throws IllegalStateException if a thread holds the lock through this object and the region is
   *     open. Nothing is closed in this case
   */
  @Override
  public void close() {
    engine.close();
  }

  /**
   * Returns a description of the lock.
   *
   * @return a description with the region, the offset and the lock file
   */
  @Override
  public String toString() {
    return engine.toString();
  }
}
