/**
 * Memory mapping for the JVM.
 *
 * <p>Three layers, each usable alone:
 *
 * <ol>
 *   <li>{@link io.mman.Mman}: one static method a system call, typed arguments, no policy;
 *   <li>{@link io.mman.NativeFile}: what can be mapped, from a file to a POSIX shared-memory
 *       object;
 *   <li>{@link io.mman.Mapping} and {@link io.mman.MappedRegion}: the safe layer, in which memory
 *       has bounds and a lifetime, and no sequence of calls can crash the JVM.
 * </ol>
 *
 * <p><img src="doc-files/layers.svg" alt="The layers: Mapping, MappedRegion and RegionGroup;
 * NativeFile; Mman; exceptions, flags and java.lang.foreign">
 *
 * <p>To be read once: <a href="doc-files/lifetimes.html">Lifetimes</a>, <a
 * href="doc-files/truncation.html">Truncation</a>, <a
 * href="doc-files/durability.html">Durability</a> and <a href="doc-files/native-access.html">Native
 * access</a>.
 *
 * <p>Unless a method says otherwise, passing {@code null} to it throws {@link
 * NullPointerException}, sizes and offsets are bytes, and every object may be used from any thread.
 */
@NullMarked
package io.mman;

import org.jspecify.annotations.NullMarked;
