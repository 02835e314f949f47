/**
 * The differences between platforms: the numbers of C constants and system calls, and the layouts
 * of structures.
 */
@NullMarked
package io.mman.internal.platform;

import org.jspecify.annotations.NullMarked;
