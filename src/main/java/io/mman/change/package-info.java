/**
 * Finds the changed pages of a region, and commits the changes of a file atomically.
 *
 * <ul>
 *   <li>{@link io.mman.change.ChangeTracker} finds the pages of a region that were written.
 *   <li>{@link io.mman.change.PageRanges} is a set of pages, represented as ranges of bytes.
 *   <li>{@link io.mman.change.StagedRegion} keeps the changes of a mapped file in memory, and
 *       commits either all of them or none.
 * </ul>
 *
 * <p>Unless a method says otherwise, passing {@code null} to it throws {@link
 * NullPointerException}, sizes and offsets are in bytes, and every object may be used by any
 * thread.
 */
@NullMarked
package io.mman.change;

import org.jspecify.annotations.NullMarked;
