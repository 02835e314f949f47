/** Reads what Linux reports in {@code /proc} about this process, its limits and memory areas. */
@NullMarked
package io.mman.internal.proc;

import org.jspecify.annotations.NullMarked;
