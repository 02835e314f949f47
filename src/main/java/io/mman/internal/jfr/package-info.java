/** What Flight Recorder is told, where it is there and records. */
@NullMarked
package io.mman.internal.jfr;

import org.jspecify.annotations.NullMarked;
