/**
 * Lets mapped files survive bus errors: a signal handler in machine code replaces pages that the
 * kernel cannot provide by zeros, and the table tells it which pages it may replace.
 */
@NullMarked
package io.mman.internal.signal;

import org.jspecify.annotations.NullMarked;
