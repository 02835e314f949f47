package io.mman.change;

import io.mman.MmanException;
import io.mman.internal.change.Staging;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.nio.file.ProviderMismatchException;

/**
 * A mapped file whose changes stay in memory until they are committed. A commit writes either all
 * of them to the medium or none. If the program or the machine crashes, at any time, the next
 * {@code open} finds the file in the state of a whole commit.
 *
 * {@snippet class="io.mman.examples.Snippets" region="stagedRegion"}
 *
 * <p>The page <a href="../doc-files/transactions.html">Transactions</a> describes what is
 * guaranteed, on which file systems, and when to use a database instead.
 *
 * <p>The file is mapped copy-on-write, so the kernel cannot write a changed page to it. The first
 * store to a page copies the page. The copy occupies memory until the next {@link #commit} or
 * {@link #rollback}. The file may therefore be larger than memory, but the changes between two
 * commits may not. Locking pages in memory ({@code mlock(2)}) copies all of them, so that all of
 * them count as changed.
 *
 * <p><b>The journal</b> is a second file, to which {@code commit} writes the changes first. It
 * should be on the same disk as the file, or on one that is at least as reliable. It is created if
 * it does not exist. Between commits it contains no changes, but it may occupy up to 16 MiB of disk
 * space. If a commit is interrupted, it leaves either a complete journal, which the next {@code
 * open} applies to the file, or an incomplete one, which the next {@code open} drops. A damaged
 * journal is dropped, too. A file that does not begin like a journal, for example because the two
 * paths were exchanged, is refused and not changed. The <a href="doc-files/journal.html">format of
 * the journal</a> is documented, including how a damaged journal is told apart from another file.
 *
 * <ul>
 *   <li>A complete journal is as important as the file. Before the file is moved, copied, or
 *       restored from a copy, a staged region of it must be opened and closed, which leaves the
 *       journal empty. The journal can then be deleted.
 *   <li>A complete journal is applied only to the file for which it was written, even if that file
 *       has been renamed. The file is identified by its inode number and by a random extended
 *       attribute, {@code user.mman.id}, which is added when the file is first opened. If the file
 *       system or a security policy does not allow this attribute, the file's creation time is used
 *       instead.
 *   <li>After a crash, other programs may see part of a commit in the file until a staged region
 *       has been opened, which applies the journal.
 * </ul>
 *
 * <p><b>Other users of the file.</b> While the region is open, the file and the journal are locked
 * with {@code flock(2)}, so that no other staged region can use either of them. {@code commit}
 * holds the exclusive {@link io.mman.NativeFile#lock() lock} of the file while it writes to the
 * file. A program that holds the shared lock while it reads the file therefore sees whole commits,
 * and makes {@code commit} wait. A program that does not hold the lock may see pages of two
 * commits. All threads of this process see in the region what has been stored into it. While the
 * region is open, no other code may write to the file or truncate it, because the region would then
 * show such changes in some pages, but not in those that it has copied. Nor may other code delete
 * the file or the journal, or replace it, for example by renaming another file over it: the region
 * would continue to use a file that no longer has a name, and commits would be lost.
 *
 * <p><b>Failures.</b> If {@code commit} fails, the changes are still in memory, and the file is, or
 * after recovery will be, in the state before or after that commit. After the cause has been
 * removed, {@code commit} can be called again. If a failed commit has left a complete journal, the
 * next call of {@code commit} or {@code rollback} first finishes that commit; {@code rollback} may
 * therefore restore the state after the failed commit. The same applies to the next {@code open}.
 *
 * <p><b>Lost pages.</b> A page of the file may be inaccessible because the file was truncated,
 * because the medium has failed, or because a hole of a file on tmpfs needs a block while the file
 * system is full. Where {@link io.mman.Mman#survivesBusErrors} returns true, an access to such a
 * page finds zeros instead of ending the JVM with a signal. From then on, {@code commit} fails with
 * {@code EIO} until {@code rollback} has restored the page.
 *
 * <p><b>Threads.</b> All threads may use the region. Calls of {@code commit}, {@code rollback},
 * {@code extend}, {@code changes} and {@code close} wait for each other. Stores do not: the caller
 * must ensure that no thread stores into the region during {@code commit} or {@code rollback},
 * because such a store may be lost.
 *
 * <p><b>Requirements.</b> The file system must be a local one on which {@code fdatasync(2)} is
 * reliable, such as ext4, XFS or Btrfs. On NFS, the locks behave differently. This class requires
 * Linux. It finds changed pages in {@code /proc/self/pagemap}; since Linux 6.7, it can skip pages
 * that were never used.
 */
public final class StagedRegion implements AutoCloseable {
  private final Staging staging;

  private StagedRegion(Staging staging) {
    this.staging = staging;
  }

  /**
   * Opens an existing file. If the journal is complete, it is first applied to the file, which
   * waits while a reader holds the lock of the file.
   *
   * @param path the path of the file
   * @param journal the path of the journal, which is created with mode 0666, less the umask, if it
   *     does not exist
   * @return a region of the whole file, which the caller must close
   * @throws IllegalArgumentException if both paths lead to the same file
   * @throws IllegalArgumentException if the file at the path of the journal is not a journal; it is
   *     not changed
   * @throws IllegalArgumentException if one of the two is not a regular file, or is on hugetlbfs
   * @throws MmanException with {@code ENOENT} if the file does not exist
   * @throws MmanException with {@code EISDIR} if one of the two is a directory
   * @throws MmanException with {@code EAGAIN} from {@code flock} if a staged region, in this
   *     process or another one, has the file or the journal open
   * @throws MmanException with {@code ESTALE} if the journal is complete but belongs to another
   *     file; it is not changed
   * @throws MmanException with {@code EPROTONOSUPPORT} if the journal is complete but has a newer
   *     version of the format; it is not changed
   * @throws MmanException with {@code EIO} if the journal is complete but the file has been
   *     truncated since it was written; neither of them is changed
   * @throws MmanException if another system call fails
   * @throws ProviderMismatchException if a path does not belong to the default file system
   * @throws UnsupportedOperationException if the operating system is not Linux
   * @throws IllegalCallerException if native access is denied
   */
  public static StagedRegion open(Path path, Path journal) {
    return new StagedRegion(Staging.open(path, journal));
  }

  /**
   * Opens a file, and creates it if it does not exist. If the file is smaller than the given size,
   * it is extended with zeros; if it is larger, its size does not change. A new file and its name
   * are on the medium when this method returns. If the journal is complete, it is first applied to
   * the file, as by {@link #open(Path, Path)}.
   *
   * @param path the path of the file, which is created with mode 0666, less the umask, if it does
   *     not exist
   * @param size the minimum size of the file, in bytes
   * @param journal the path of the journal, which is created in the same way as the file
   * @return a region of the whole file, which the caller must close
   * @throws IllegalArgumentException if the size is negative, or larger than any file can be
   * @throws IllegalArgumentException if both paths lead to the same file
   * @throws IllegalArgumentException if the file at the path of the journal is not a journal; it is
   *     not changed
   * @throws IllegalArgumentException if one of the two is not a regular file, or is on hugetlbfs
   * @throws MmanException with {@code EISDIR} if one of the two is a directory
   * @throws MmanException with {@code EAGAIN} from {@code flock} if a staged region, in this
   *     process or another one, has the file or the journal open
   * @throws MmanException with {@code ESTALE} if the journal is complete but belongs to another
   *     file; it is not changed, and no file is created
   * @throws MmanException with {@code EPROTONOSUPPORT} if the journal is complete but has a newer
   *     version of the format; it is not changed
   * @throws MmanException with {@code EIO} if the journal is complete but the file has been
   *     truncated since it was written; neither of them is changed
   * @throws MmanException if another system call fails
   * @throws ProviderMismatchException if a path does not belong to the default file system
   * @throws UnsupportedOperationException if the operating system is not Linux
   * @throws IllegalCallerException if native access is denied
   */
  public static StagedRegion open(Path path, long size, Path journal) {
    return new StagedRegion(Staging.open(path, size, journal));
  }

  /**
   * Returns a view of the file as of the last commit, with everything that has been stored since.
   *
   * @return a view that can be read and written; it is revoked when the region is extended
   * @throws IllegalStateException if the region is closed
   */
  public MemorySegment segment() {
    return staging.segment();
  }

  /**
   * Returns the size of the region. After a call of {@link #extend}, the size changes with the next
   * commit.
   *
   * @return the size in bytes; if the region is closed, its last size
   */
  public long size() {
    return staging.size();
  }

  /**
   * Returns the pages that a commit would write now. A page counts as changed if anything was
   * stored into it, even if its contents are the same as before. A pending extension is not
   * included.
   *
   * @return the changed pages, as ranges of bytes of the region
   * @throws IllegalStateException if the region is closed
   * @throws MmanException if {@code /proc/self/pagemap} cannot be read
   */
  public PageRanges changes() {
    return new PageRanges(staging.changes());
  }

  /**
   * Writes either all changes to the medium or none. This method writes the changes to the journal,
   * synchronizes the journal with {@code fdatasync(2)}, writes the changes to the file, and
   * synchronizes the file. Then it empties the journal and releases the memory of the changed
   * pages; the next access to one of them finds it in the page cache. If nothing has changed and no
   * extension is pending, nothing is written, because earlier commits are already on the medium.
   *
   * <p>This method waits while readers hold the lock of the file. If the calling thread itself
   * holds that lock through a {@code NativeFile}, it waits forever.
   *
   * @return the amount of data that was written to the file; an extension by itself counts as zero
   *     pages
   * @throws IllegalStateException if the region is closed
   * @throws IllegalStateException if the commit extends the file, and a view cannot be revoked
   *     because a native call is using it; the changes are committed, and the next {@code commit}
   *     or {@code rollback} extends the region
   * @throws MmanException with {@code EIO} if pages are lost, or if the file was truncated before
   *     the call; nothing is committed
   * @throws MmanException with {@code ENOSPC} if the disk is full; the call can be repeated once
   *     there is room again
   * @throws MmanException if another system call fails; the next {@code commit}, {@code rollback}
   *     or {@code open} determines whether the commit takes effect
   */
  public Commit commit() {
    return staging.commit();
  }

  /**
   * Discards all changes since the last commit, and a pending extension. Lost pages are restored if
   * the file still contains them. If the last commit failed but left a complete journal, this
   * method first finishes that commit, and waits while readers hold the lock of the file.
   *
   * @throws IllegalStateException if the region is closed
   * @throws IllegalStateException if a commit that this method finishes has extended the file, and
   *     a view cannot be revoked because a native call is using it; no changes are discarded
   * @throws MmanException with {@code EIO} if the file has been truncated; part of the region is
   *     then inaccessible. The changes are discarded, unless a failed commit has to be finished
   *     first
   * @throws MmanException if another system call fails; some of the changes may be discarded and
   *     others not, so this method must be called again
   */
  public void rollback() {
    staging.rollback();
  }

  /**
   * Sets the size to which the next commit extends the file. The new bytes are zeros. Nothing
   * changes before that commit. If this method is called more than once, the last call applies. A
   * commit that extends the file revokes all views; afterwards, {@link #segment} returns a view of
   * the new size.
   *
   * @param newSize the size of the file after the next commit, in bytes
   * @throws IllegalArgumentException if the new size is smaller than {@link #size}, or larger than
   *     any file can be
   * @throws IllegalStateException if the region is closed
   */
  public void extend(long newSize) {
    staging.extend(newSize);
  }

  /**
   * Returns whether the region is open.
   *
   * @return true until the region is closed
   */
  public boolean isOpen() {
    return staging.isOpen();
  }

  /**
   * Discards all changes since the last commit, unmaps the file, and releases the locks. This
   * method waits for calls of other methods to end. If the last commit failed but left a complete
   * journal, the journal is kept, and the next {@code open} applies it. Closing a closed region has
   * no effect.
   *
   * @throws IllegalStateException if a native call is using a view of the region; the region stays
   *     open
   * @throws MmanException if the journal cannot be emptied, or if a file cannot be closed; the
   *     region is closed nevertheless
   */
  @Override
  public void close() {
    staging.close();
  }

  /**
   * Returns a description of this region.
   *
   * @return a string with the path and the size of the file
   */
  @Override
  public String toString() {
    return staging.toString();
  }
}
