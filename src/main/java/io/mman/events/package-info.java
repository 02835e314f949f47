/** What Flight Recorder is told, where it is there and records. */
@NullMarked
package io.mman.events;

import org.jspecify.annotations.NullMarked;
