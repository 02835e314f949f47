/**
 * The functions of the C library, looked up at their first call. They take plain integers and have
 * no policy.
 *
 * <p>Every method returns the result of the C function, or the negative errno if it fails.
 */
@NullMarked
package io.mman.internal.libc;

import org.jspecify.annotations.NullMarked;
