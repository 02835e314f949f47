/** What tests share: other processes, and what the kernel tells about this one. */
package io.mman.testing;
