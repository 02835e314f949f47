/**
 * What processes that share memory need besides the memory: waiting, locking, and handing memory
 * over.
 *
 * <ul>
 *   <li>{@link io.mman.ipc.Futex} waits until a word of shared memory changes, and wakes those who
 *       wait.
 *   <li>{@link io.mman.ipc.Handover} gives an open file, such as memory without a name, to another
 *       process, and takes one from it.
 *   <li>{@link io.mman.ipc.SharedLock} excludes threads of several processes, and survives the
 *       death of its owner.
 * </ul>
 *
 * <p>Unless a method says otherwise, passing {@code null} to it throws {@link
 * NullPointerException}, sizes and offsets are in bytes, and every object may be used from any
 * thread.
 */
@NullMarked
package io.mman.ipc;

import org.jspecify.annotations.NullMarked;
