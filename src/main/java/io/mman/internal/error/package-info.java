/** Messages and exceptions for calls that have failed, and the likely cause of each errno. */
@NullMarked
package io.mman.internal.error;

import org.jspecify.annotations.NullMarked;
