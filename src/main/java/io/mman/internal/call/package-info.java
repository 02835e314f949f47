/** System calls with typed arguments, whose failures are explained. */
@NullMarked
package io.mman.internal.call;

import org.jspecify.annotations.NullMarked;
