/** What Linux tells about the process in {@code /proc}: its limits, its areas of memory. */
@NullMarked
package io.mman.internal.proc;

import org.jspecify.annotations.NullMarked;
