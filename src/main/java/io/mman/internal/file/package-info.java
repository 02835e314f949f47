/** Open files: their descriptors, the calls on them, and what regions cover of them. */
@NullMarked
package io.mman.internal.file;

import org.jspecify.annotations.NullMarked;
