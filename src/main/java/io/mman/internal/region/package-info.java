/** Regions: lifetimes, protections, whole pages and reserves. */
@NullMarked
package io.mman.internal.region;

import org.jspecify.annotations.NullMarked;
