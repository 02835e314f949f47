/**
 * A search for sequences of calls to the safe layer that cost a JVM, a byte, a descriptor or a
 * mapping; {@link io.mman.search.CrashSearchTest} runs it.
 */
package io.mman.search;
