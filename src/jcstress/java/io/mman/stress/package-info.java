/** jcstress tests of what threads may observe of regions. */
package io.mman.stress;
