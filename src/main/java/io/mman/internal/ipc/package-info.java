/**
 * The implementation of {@code io.mman.ipc}: waiting, locking and passing descriptors to other
 * processes.
 */
@NullMarked
package io.mman.internal.ipc;

import org.jspecify.annotations.NullMarked;
