/** Helpers of the tests: other processes, and the kernel's information about this one. */
package io.mman.testing;
