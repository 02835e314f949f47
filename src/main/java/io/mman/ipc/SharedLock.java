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
 * A lock in shared memory that excludes threads of any number of processes, and that survives the
 * death of its owner: if a process dies while it holds the lock, the next owner is told.
 *
 * {@snippet class="io.mman.examples.Snippets" region="sharedLock"}
 *
 * <p>The lock consists of 16 bytes of shared memory and of a file. The memory must be zero before
 * the first use. Acquiring and releasing a lock that nobody else wants changes the memory only and
 * takes no system call. Whoever has to wait sleeps in the kernel, as with {@link Futex}.
 *
 * <p><b>The lock file</b> is how participants learn of each other's death. Each object of this
 * class opens it, and locks one byte of it that is its own; the kernel removes such a lock when the
 * process ends, by whatever means, and in whatever PID namespace it is. A thread that has waited
 * for 50 milliseconds asks the kernel whether the owner's byte is still locked. A process that is
 * stopped or hangs therefore keeps the lock.
 *
 * <ul>
 *   <li>The file is created if it does not exist, and can serve any number of locks. It must not be
 *       used for anything else, and nobody else may lock it, or parts of it, with {@code fcntl(2)}.
 *   <li>The first participant records in the memory which file it is. If the file is removed,
 *       newcomers are refused, because they could not see whether the participants of the old file
 *       live. To use another file, fill the 16 bytes with zeros while there is no participant.
 *   <li>The same is necessary in a copy of the memory. It is also necessary after a crash of the
 *       machine if the memory is in a file on a disk, because the last change of the lock file may
 *       have been lost.
 *   <li>All participants need the permission to read and write the file.
 *   <li>It should be in a local file system, such as {@code /run} or {@code /dev/shm}. Over NFS, a
 *       lock can be lost while its process lives, if the server or the connection fails for longer
 *       than the lease. The owner would then be taken for dead, and two threads could hold the
 *       lock.
 * </ul>
 *
 * <p><b>Who owns it.</b> The owner is the thread that has acquired the lock. Only it can release
 * it. The lock is not reentrant. If a thread ends without releasing the lock while its process
 * lives, the lock remains held. The lock is not fair: any waiting thread may be next, and a thread
 * that does not wait may come before all of them.
 *
 * <p><b>Threads and objects.</b> If the region is not confined, all threads of a process can use
 * one object. More than one object for the same memory is possible, too; each takes a descriptor
 * and one of 2<sup>31</sup> - 1 numbers, and those are never used again. Objects should therefore
 * live long. A virtual thread that waits does not occupy its carrier.
 *
 * <p><b>The region.</b> It should be a shared mapping, and must be readable and writable. If it is
 * closed, all methods but {@code close} throw {@link IllegalStateException}. If it is closed while
 * a thread holds the lock, then the memory says so until {@code close} is called, and the next
 * owner is told that this one has died. The region can be changed at any time, for example with
 * {@code resize}; threads that wait for the lock meanwhile get an {@link IllegalStateException}. If
 * the region is a mapping of a file, nobody may truncate the file: let the region {@linkplain
 * io.mman.Mapping#surviveBusErrors survive bus errors}, or use memory that is sealed with {@code
 * SHRINK}.
 *
 * <p><b>fork.</b> A process that is created by {@code fork(2)} and that does not call {@code
 * execve(2)} inherits the locked byte. As long as it lives, its parent is not taken for dead. The
 * JVM never creates such processes. Programs in C that take part open the file anew after {@code
 * fork}.
 *
 * <p><b>Other languages</b> can take part: the <a href="doc-files/shared-lock.html">layout and the
 * protocol</a> are documented, with a program in C.
 *
 * <p><b>Memory model.</b> What the owner wrote before it released the lock, or before it died, is
 * visible to the next owner.
 *
 * <p>The class needs locks that belong to open file descriptions, which Linux since 3.15 and macOS
 * have, and a {@link Futex}.
 */
public final class SharedLock implements AutoCloseable {
  private static final Optional<State> CLEAN = Optional.of(State.CLEAN);
  private static final Optional<State> OWNER_DIED = Optional.of(State.OWNER_DIED);

  private final SharedLockEngine engine;

  private SharedLock(SharedLockEngine engine) {
    this.engine = engine;
  }

  /** How the previous owner has left the lock. */
  public enum State {
    /** The previous owner has released the lock, or there was none. */
    CLEAN,

    /**
     * The previous owner has died while it held the lock, or has closed the region. The data that
     * the lock protects may be inconsistent. The new owner holds the lock all the same, and repairs
     * the data before it releases it. If the new owner dies, the next one is told again.
     */
    OWNER_DIED
  }

  /**
   * Takes part in the lock at a place of a region. If another process initializes the lock file at
   * the same time, the method waits for it.
   *
   * @param region the region
   * @param offset the offset of the 16 bytes, in bytes
   * @param lockFile the lock file. It is created with mode 0666 less the umask if it does not exist
   *     and the lock is new; an empty file becomes a lock file
   * @return the lock, which the caller closes
   * @throws IndexOutOfBoundsException if the 16 bytes are not inside the region
   * @throws IllegalArgumentException if the address of the bytes is not a multiple of 8
   * @throws IllegalArgumentException if the region may not be both read and written
   * @throws IllegalArgumentException if the lock has been used with another lock file, such as one
   *     of the same name that has been removed since
   * @throws IllegalArgumentException if the file is something else than a lock file. It is not
   *     changed
   * @throws IllegalStateException if the memory holds something else than a lock, or if the numbers
   *     of the lock or of the lock file are used up. The memory is not changed
   * @throws IllegalStateException if the region is closed
   * @throws WrongThreadException if the region is confined to another thread
   * @throws ProviderMismatchException if the path is not one of the default file system
   * @throws MmanException if the file cannot be opened, created, read, written or locked
   * @throws UnsupportedOperationException if the system lacks such locks or the calls of {@link
   *     Futex}
   * @throws IllegalCallerException if native access is denied
   */
  public static SharedLock at(MappedRegion region, long offset, Path lockFile) {
    return new SharedLock(SharedLockEngine.at(Engines.region(region), offset, lockFile));
  }

  /**
   * Acquires the lock, and waits for it if necessary. An interrupt does not end the wait, and the
   * interrupt status is kept.
   *
   * @return how the previous owner has left the lock
   * @throws IllegalStateException if the current thread holds the lock
   * @throws IllegalStateException if the lock or the region is closed, even during the wait
   * @throws IllegalStateException if the region may no longer be both read and written, or was
   *     changed during the wait
   * @throws IndexOutOfBoundsException if the lock is no longer inside the region
   * @throws IllegalStateException if the memory has been overwritten with something else than a
   *     lock
   * @throws WrongThreadException if the region is confined to another thread
   * @throws MmanException if the lock file cannot be examined. The lock is not acquired
   */
  public State lock() {
    return engine.lock();
  }

  /**
   * Acquires the lock if it is free, or if its owner has died. To find that out, the method asks
   * the kernel if the lock is held.
   *
   * @return how the previous owner has left the lock, or nothing if a thread holds it, even the
   *     current one
   * @throws IllegalStateException if the lock or the region is closed
   * @throws IllegalStateException if the region may no longer be both read and written
   * @throws IndexOutOfBoundsException if the lock is no longer inside the region
   * @throws IllegalStateException if the memory has been overwritten with something else than a
   *     lock
   * @throws WrongThreadException if the region is confined to another thread
   * @throws MmanException if the lock file cannot be examined. The lock is not acquired
   */
  public Optional<State> tryLock() {
    return optional(engine.tryLock());
  }

  /**
   * Acquires the lock, and waits for a limited time if necessary.
   *
   * @param time the longest time to wait, which is not limited; with zero or a negative time the
   *     method does not wait
   * @return how the previous owner has left the lock, or nothing if the time is up, or at once if
   *     the current thread holds the lock
   * @throws InterruptedException if the thread is interrupted before or while it waits; its
   *     interrupt status is cleared. A waiting thread notices this within some 50 milliseconds
   * @throws IllegalStateException if the lock or the region is closed, even during the wait
   * @throws IllegalStateException if the region may no longer be both read and written, or was
   *     changed during the wait
   * @throws IndexOutOfBoundsException if the lock is no longer inside the region
   * @throws IllegalStateException if the memory has been overwritten with something else than a
   *     lock
   * @throws WrongThreadException if the region is confined to another thread
   * @throws MmanException if the lock file cannot be examined. The lock is not acquired
   */
  public Optional<State> tryLock(Duration time) throws InterruptedException {
    return optional(engine.tryLock(Timeout.nanos(time)));
  }

  private static Optional<State> optional(@Nullable State state) {
    return state == null ? Optional.empty() : state == State.CLEAN ? CLEAN : OWNER_DIED;
  }

  /**
   * Releases the lock, and wakes a thread that waits for it.
   *
   * @throws IllegalMonitorStateException if the current thread does not hold the lock
   * @throws IllegalStateException if the region is closed, or may no longer be both read and
   *     written. The thread still holds the lock
   * @throws IndexOutOfBoundsException if the lock is no longer inside the region. The thread still
   *     holds the lock
   * @throws IllegalStateException if the memory has been overwritten. The thread no longer holds
   *     the lock
   */
  public void unlock() {
    engine.unlock();
  }

  /**
   * Ends the participation, and closes the lock file. Threads that wait in {@code lock} or {@code
   * tryLock} of this object get an {@link IllegalStateException}, and the method returns after they
   * have noticed, within some 50 milliseconds. A second call has no effect.
   *
   * @throws IllegalStateException if a thread holds the lock by means of this object, and the
   *     region is open. Nothing is closed then
   */
  @Override
  public void close() {
    engine.close();
  }

  /**
   * Returns a description of the lock.
   *
   * @return its region, offset and lock file
   */
  @Override
  public String toString() {
    return engine.toString();
  }
}
