/** What {@code io.mman.ipc} does: waiting, locking and handing over descriptors. */
@NullMarked
package io.mman.internal.ipc;

import org.jspecify.annotations.NullMarked;
