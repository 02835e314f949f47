/** Messages and exceptions for calls that have failed, and the likely reason for each error. */
@NullMarked
package io.mman.internal.error;

import org.jspecify.annotations.NullMarked;
