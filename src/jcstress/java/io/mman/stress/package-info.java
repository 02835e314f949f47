/** What threads may see of regions, put to the test by jcstress. */
package io.mman.stress;
