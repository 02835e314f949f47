/** The threads of the library, which make calls that may block for long. */
@NullMarked
package io.mman.internal.thread;

import org.jspecify.annotations.NullMarked;
