/** System calls with typed arguments, whose exceptions explain the failure. */
@NullMarked
package io.mman.internal.call;

import org.jspecify.annotations.NullMarked;
