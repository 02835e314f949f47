/** Open files: their descriptors, the calls on them, and the parts that regions map. */
@NullMarked
package io.mman.internal.file;

import org.jspecify.annotations.NullMarked;
