package io.mman.change;

import io.mman.MmanException;
import io.mman.internal.change.Staging;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.nio.file.ProviderMismatchException;

/**
 * A mapped file whose changes stay in memory until they are committed: then all of them reach the
 * medium, or none does. A crash of the program or of the machine, at any time, leaves the file as
 * of a whole commit.
 *
 * {@snippet class="io.mman.examples.Snippets" region="stagedRegion"}
 *
 * <p>The file is mapped copy-on-write, so that the kernel cannot write a changed page to it. The
 * first store to a page takes a copy of the page, and so memory, until the next {@link #commit} or
 * {@link #rollback}. The file may be larger than memory; the changes between two commits may not.
 * Locking pages in memory ({@code mlock(2)}) copies all of them, so that all of them count as
 * changed.
 *
 * <p><b>The journal</b> is a second file, which {@code commit} writes first. It should be on the
 * same disk as the file, or on one that is at least as reliable. It is created if it does not
 * exist. Between commits it is empty but for a header, and may keep up to 16 MiB of disk space. If
 * a commit is interrupted, the journal is complete or not. The next {@code open} applies a complete
 * journal to the file and drops an incomplete or damaged one. A file that does not begin like a
 * journal, such as the file itself if the two paths were exchanged, is refused instead; one that
 * begins with zeros, or almost like a journal, is a damaged one. The <a
 * href="doc-files/journal.html">format of the journal</a> is documented.
 *
 * <ul>
 *   <li>A complete journal is as important as the file. Whoever moves or copies the file, or
 *       restores its contents from a copy, first opens and closes a staged region of it, which
 *       leaves the journal empty. Afterwards the journal can be deleted.
 *   <li>A complete journal is applied only to the file that it was written for, which may have got
 *       another name since. The file is known by its inode number and by a random extended
 *       attribute, {@code user.mman.id}, that it is given when it is first opened. On a file system
 *       without such attributes, the time of its creation takes the place of the attribute.
 *   <li>After a crash, other programs may see parts of a commit in the file, until a staged region
 *       has been opened and has applied the journal.
 * </ul>
 *
 * <p><b>Others that use the file.</b> While the region is open, the file and the journal are locked
 * with {@code flock(2)}, so that no other staged region can use either of them. {@code commit}
 * holds the exclusive {@link io.mman.NativeFile#lock() lock} of the file while it writes to the
 * file. A program that reads the file while it has the shared lock sees whole commits, and makes
 * {@code commit} wait; one without the lock may see pages of two commits. The region itself shows
 * its thread and all others of the process what they have stored. Nobody else may write to the
 * file, or truncate it: some of its pages would change in memory, and others, of which the region
 * has copies, would not. Nor may anybody delete, rename over or replace the file or the journal:
 * the region would go on with what has no name any more, and commits would be lost.
 *
 * <p><b>Failures.</b> If {@code commit} fails, the changes are still in memory, and the file is as
 * before or will be as after the commit. After the cause has been removed, {@code commit} can be
 * called again. A call of {@code commit} or {@code rollback} after a failure first finishes what is
 * in a complete journal; {@code rollback} may therefore show the state after the failed commit. The
 * same holds for the next {@code open}.
 *
 * <p><b>Lost pages.</b> Where {@link io.mman.Mman#survivesBusErrors} returns true, an access to a
 * page that cannot be read, because the file was truncated, the medium has failed, or a hole of a
 * file on a full tmpfs needs room, sees zeros instead of ending the JVM with a signal. Afterwards
 * {@code commit} fails with {@code EIO} until {@code rollback} has restored the page.
 *
 * <p><b>Threads.</b> All threads can use the region. The methods exclude each other. Stores to the
 * region during {@code commit} and {@code rollback} are not excluded: the caller has to keep them
 * out, since such a store may be lost.
 *
 * <p><b>The file system</b> must be a local one that keeps its promises about {@code fdatasync(2)},
 * such as ext4, XFS or Btrfs. Over NFS the locks are of other kinds. Linux is required; changed
 * pages are found in {@code /proc/self/pagemap}, and since Linux 6.7 without looking at pages that
 * were never used.
 */
public final class StagedRegion implements AutoCloseable {
  private final Staging staging;

  private StagedRegion(Staging staging) {
    this.staging = staging;
  }

  /**
   * Opens a file that exists. A complete journal is applied to it first; if a reader has the lock
   * of the file, that waits.
   *
   * @param path the file
   * @param journal the journal, which is created with mode 0666 less the umask if it does not exist
   * @return the region of the whole file, which the caller closes
   * @throws IllegalArgumentException if the file is its own journal, by whatever path
   * @throws IllegalArgumentException if the journal is something else than a journal. It is not
   *     changed
   * @throws IllegalArgumentException if one of the two is not an ordinary file
   * @throws MmanException with {@code ENOENT} if the file does not exist
   * @throws MmanException with {@code EISDIR} if one of the two is a folder
   * @throws MmanException with {@code EWOULDBLOCK} from {@code flock} if a staged region, of this
   *     process or another, has the file or the journal open
   * @throws MmanException with {@code ESTALE} if the journal is complete but of another file. It is
   *     not changed
   * @throws MmanException with {@code EPROTONOSUPPORT} if the journal is complete but of a newer
   *     version of the format. It is not changed
   * @throws MmanException with {@code EIO} if the journal is complete but the file has been
   *     truncated. Neither is changed
   * @throws MmanException if a system call fails
   * @throws ProviderMismatchException if a path is not one of the default file system
   * @throws UnsupportedOperationException if the system is not Linux
   * @throws IllegalCallerException if native access is denied
   */
  public static StagedRegion open(Path path, Path journal) {
    return new StagedRegion(Staging.open(path, journal));
  }

  /**
   * Opens a file, and creates it if it does not exist. A shorter file is extended with zeros; a
   * longer one is opened as it is. A new file and its name are on the medium when this method
   * returns.
   *
   * @param path the file, which is created with mode 0666 less the umask if it does not exist
   * @param size the least size of the file in bytes
   * @param journal the journal, which is created like the file
   * @return the region of the whole file, which the caller closes
   * @throws IllegalArgumentException if the size is negative, or more than a file can have
   * @throws IllegalArgumentException if the file is its own journal, by whatever path
   * @throws IllegalArgumentException if the journal is something else than a journal. It is not
   *     changed
   * @throws IllegalArgumentException if one of the two is not an ordinary file
   * @throws MmanException with {@code EISDIR} if one of the two is a folder
   * @throws MmanException with {@code EWOULDBLOCK} from {@code flock} if a staged region, of this
   *     process or another, has the file or the journal open
   * @throws MmanException with {@code ESTALE} if the journal is complete but of another file. It is
   *     not changed, and no file is created
   * @throws MmanException with {@code EPROTONOSUPPORT} if the journal is complete but of a newer
   *     version of the format. It is not changed
   * @throws MmanException with {@code EIO} if the journal is complete but the file has been
   *     truncated. Neither is changed
   * @throws MmanException if a system call fails
   * @throws ProviderMismatchException if a path is not one of the default file system
   * @throws UnsupportedOperationException if the system is not Linux
   * @throws IllegalCallerException if native access is denied
   */
  public static StagedRegion open(Path path, long size, Path journal) {
    return new StagedRegion(Staging.open(path, size, journal));
  }

  /**
   * Returns a view of the file: what was committed, and what has been stored since.
   *
   * @return the view, which can be read and written. A commit that extends the file revokes it
   * @throws IllegalStateException if the region is closed
   */
  public MemorySegment segment() {
    return staging.segment();
  }

  /**
   * Returns the size of the region.
   *
   * @return the size in bytes, which an {@link #extend} changes with the next commit; after the
   *     region is closed, the last one
   */
  public long size() {
    return staging.size();
  }

  /**
   * Returns what a commit would write now. A page to which something was stored counts, even if it
   * holds the same bytes as before. A pending extension is not included.
   *
   * @return the changed pages, as ranges of bytes of the region
   * @throws IllegalStateException if the region is closed
   * @throws MmanException if the page map cannot be read
   */
  public PageRanges changes() {
    return new PageRanges(staging.changes());
  }

  /**
   * Brings all changes to the medium, or none: it writes them to the journal, synchronizes the
   * journal with {@code fdatasync(2)}, writes them to the file, and synchronizes the file. Then it
   * empties the journal and gives the memory of the changed pages back; the next access to one of
   * them reads it from the page cache. If nothing has changed and no extension is pending, it does
   * nothing, because earlier commits are on the medium already.
   *
   * <p>The method waits for readers that have the lock of the file. If another part of the same
   * thread's work has it, through a {@code NativeFile}, that is forever.
   *
   * @return how much was written to the file. An extension alone counts no pages
   * @throws IllegalStateException if the region is closed
   * @throws IllegalStateException if the file was to be extended, and a view cannot be revoked
   *     because a native call is using it. The changes are committed; the next call extends the
   *     region
   * @throws MmanException with {@code EIO} if pages are lost, or if the file has been truncated.
   *     Nothing is committed
   * @throws MmanException with {@code ENOSPC} if the disk is full. The next call can succeed if
   *     there is room again
   * @throws MmanException if a system call fails; whether the commit takes effect is known after
   *     the next {@code commit}, {@code rollback} or {@code open}
   */
  public Commit commit() {
    return staging.commit();
  }

  /**
   * Forgets all changes since the last commit, and a pending extension. Lost pages are restored as
   * far as the file reaches.
   *
   * @throws IllegalStateException if the region is closed
   * @throws MmanException with {@code EIO} if the file has been truncated. The changes are
   *     forgotten, but a part of the region is not there
   * @throws MmanException if a system call fails; then some of the changes may be forgotten and
   *     others not, and the method has to be called again
   */
  public void rollback() {
    staging.rollback();
  }

  /**
   * Makes the next commit extend the file with zeros. Until then, nothing changes. Of several
   * calls, the last one counts. A commit that extends the file revokes all views, and {@link
   * #segment} returns one of the new size.
   *
   * @param newSize the size of the file after the next commit, in bytes
   * @throws IllegalArgumentException if the new size is less than {@link #size}, or more than a
   *     file can have
   * @throws IllegalStateException if the region is closed
   */
  public void extend(long newSize) {
    staging.extend(newSize);
  }

  /**
   * Returns whether the region is open.
   *
   * @return false once it is closed
   */
  public boolean isOpen() {
    return staging.isOpen();
  }

  /**
   * Forgets all changes since the last commit, unmaps the file, and releases the locks. It waits
   * for calls of other methods. A journal that a failed commit has left complete stays, and the
   * next {@code open} applies it. A second call has no effect.
   *
   * @throws IllegalStateException if a native call is using a view of the region; it stays open
   * @throws MmanException if the journal cannot be emptied, or a file cannot be closed. The region
   *     is closed nevertheless
   */
  @Override
  public void close() {
    staging.close();
  }

  /**
   * Returns a description.
   *
   * @return the path and the size of the file
   */
  @Override
  public String toString() {
    return staging.toString();
  }
}
