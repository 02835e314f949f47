/** Implements {@code io.mman.change}: finding changed pages, and committing them to a file. */
@NullMarked
package io.mman.internal.change;

import org.jspecify.annotations.NullMarked;
