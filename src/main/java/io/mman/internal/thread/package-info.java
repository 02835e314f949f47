/** The threads of the library, for calls that may block. */
@NullMarked
package io.mman.internal.thread;

import org.jspecify.annotations.NullMarked;
