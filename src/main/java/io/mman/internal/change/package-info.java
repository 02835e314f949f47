/** What {@code io.mman.change} does: finding out which pages have changed. */
@NullMarked
package io.mman.internal.change;

import org.jspecify.annotations.NullMarked;
