/**
 * What has changed in a region.
 *
 * <ul>
 *   <li>{@link io.mman.change.ChangeTracker} finds out which pages were written to.
 *   <li>{@link io.mman.change.PageRanges} are pages of a region, as ranges of bytes.
 *   <li>{@link io.mman.change.StagedRegion} keeps the changes of a file in memory, and commits all
 *       of them or none.
 * </ul>
 *
 * <p>Unless a method says otherwise, passing {@code null} to it throws {@link
 * NullPointerException}, sizes and offsets are in bytes, and every object may be used from any
 * thread.
 */
@NullMarked
package io.mman.change;

import org.jspecify.annotations.NullMarked;
