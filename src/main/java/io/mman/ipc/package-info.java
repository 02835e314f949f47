/**
 * Synchronization between processes that share memory, and passing open files between them.
 *
 * <ul>
 *   <li>{@link io.mman.ipc.Futex} lets threads wait until a word of shared memory changes, and
 *       wakes them.
 *   <li>{@link io.mman.ipc.Handover} passes an open file, such as unnamed memory, from one process
 *       to another.
 *   <li>{@link io.mman.ipc.SharedLock} is a lock between threads of any number of processes that
 *       survives the death of its owner.
 * </ul>
 *
 * <p>Unless a method says otherwise, passing {@code null} to it throws {@link
 * NullPointerException}, sizes and offsets are in bytes, and every object may be used from any
 * thread.
 */
@NullMarked
package io.mman.ipc;

import org.jspecify.annotations.NullMarked;
