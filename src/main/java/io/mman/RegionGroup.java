package io.mman;

import io.mman.internal.region.Group;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * An arena for many regions that threads share. Closing a shared arena costs a handshake with every
 * thread of the JVM; a group pays for it once for all of its regions. A group counts its holders:
 * the last of them to close it unmaps the regions, after waiting for the calls on them that are in
 * flight.
 *
 * {@snippet class="io.mman.examples.Snippets" region="group"}
 *
 * <p>All methods may be called from any thread.
 */
public final class RegionGroup implements Arena {
  final Group group;

  private RegionGroup(Group group) {
    this.group = group;
  }

  /**
   * Opens a group with one holder.
   *
   * @return the group
   */
  public static RegionGroup open() {
    return new RegionGroup(Group.open());
  }

  /**
   * Adds a holder, who must also close the group.
   *
   * @throws IllegalStateException if the group is closed
   */
  public void retain() {
    group.retain();
  }

  /**
   * Removes a holder. The last one to close the group waits for the regions' calls that are in
   * flight on other threads, then unmaps all regions and frees all memory of the group. Clean-ups
   * that are tied to the group run while it is being closed. When they call a method of one of its
   * regions, it throws {@link IllegalStateException}.
   *
   * @throws IllegalStateException if the group is closed
   * @throws IllegalStateException if this is the last holder and a {@link Pin} of a region is open;
   *     then nothing has changed
   * @throws IllegalStateException if this is the last holder and native code holds a view of a
   *     region; then nothing has changed
   * @throws IllegalStateException if this is the last holder, and this method is called by a
   *     clean-up that would have to wait for the operation that runs it; then nothing has changed
   * @throws MmanException if pages cannot be unmapped, at the limit {@code vm.max_map_count}; the
   *     group is closed nevertheless
   */
  @Override
  public void close() {
    group.close();
  }

  /**
   * Allocates memory that lives as long as the group.
   *
   * @param byteSize the size in bytes
   * @param byteAlignment the alignment in bytes, a power of two
   * @return zero-filled memory
   * @throws IllegalArgumentException if the size is negative, or the alignment is not a power of
   *     two
   * @throws IllegalStateException if the group is closed
   */
  @Override
  public MemorySegment allocate(long byteSize, long byteAlignment) {
    return group.allocate(byteSize, byteAlignment);
  }

  /**
   * Returns the scope of the group's memory.
   *
   * @return the scope, which is alive until the last holder closes the group
   */
  @Override
  public MemorySegment.Scope scope() {
    return group.scope();
  }
}
