/** Finding changed pages, and committing changes of a file. */
package io.mman.benchmarks.changes;
