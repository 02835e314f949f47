/** The events for JDK Flight Recorder, whose module may be absent. */
@NullMarked
package io.mman.internal.jfr;

import org.jspecify.annotations.NullMarked;
