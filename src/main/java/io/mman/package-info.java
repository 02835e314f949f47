/**
 * Memory mapping for the JVM.
 *
 * <p>The package has three layers, each of which can be used alone:
 *
 * <ol>
 *   <li>{@link io.mman.Mman} has one static method per system call, with typed arguments and
 *       without policy.
 *   <li>{@link io.mman.NativeFile} opens everything that can be mapped, from a file to a POSIX
 *       shared memory object.
 *   <li>{@link io.mman.Mapping} and {@link io.mman.MappedRegion} form the safe layer, in which
 *       memory has bounds and a lifetime, and no sequence of calls can crash the JVM.
 * </ol>
 *
 * <p>Seven pages give the background: <a href="doc-files/lifetimes.html">Lifetimes</a>, <a
 * href="doc-files/truncation.html">Truncation</a>, <a
 * href="doc-files/durability.html">Durability</a>, <a
 * href="doc-files/transactions.html">Transactions</a>, <a href="doc-files/stalls.html">Stalls</a>,
 * <a href="doc-files/between-processes.html">Between processes</a> and <a
 * href="doc-files/native-access.html">Native access</a>.
 *
 * <p><b>Warnings of unclosed resources.</b> A region of {@link io.mman.Mapping#map} lives as long
 * as its arena and need not be closed. Eclipse and IntelliJ IDEA cannot know this and warn at each
 * such call. {@code @SuppressWarnings("resource")} on the method or class turns the warning off.
 * Alternatively, declare the region beside its arena, which needs no annotation:
 *
 * {@snippet class="io.mman.examples.Snippets" region="borrowed"}
 *
 * <p><b>Monitoring.</b> If a recording of JDK Flight Recorder enables them, the library emits the
 * events {@code io.mman.Map}, {@code io.mman.Unmap}, {@code io.mman.Protect}, {@code
 * io.mman.Advise}, {@code io.mman.Sync}, {@code io.mman.Lock}, {@code io.mman.Resize}, {@code
 * io.mman.PagesLost} and {@code io.mman.Commit}. {@link io.mman.MappedRegionsMXBean} has statistics
 * of all mapped regions. The bean is registered as {@code io.mman:type=MappedRegions} only on
 * request: by {@link io.mman.MappedRegionsMXBean#register}, or at the first mapping if the system
 * property {@code io.mman.jmx} is {@code true}.
 *
 * <p>Unless a method says otherwise, passing {@code null} to it throws {@link
 * NullPointerException}, sizes and offsets are in bytes, and every object may be used from any
 * thread.
 */
@NullMarked
package io.mman;

import org.jspecify.annotations.NullMarked;
