/** Two JVMs that exchange messages. */
package io.mman.benchmarks.processes;
