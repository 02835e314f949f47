/**
 * What differs between platforms: the numbers behind C's names, structure layouts, system calls.
 */
@NullMarked
package io.mman.internal.platform;

import org.jspecify.annotations.NullMarked;
