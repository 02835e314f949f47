/**
 * The C library as it is: functions linked at their first use, raw integers, no policy.
 *
 * <p>Every function returns what C returns, or the negative errno where C fails.
 */
@NullMarked
package io.mman.internal.libc;

import org.jspecify.annotations.NullMarked;
