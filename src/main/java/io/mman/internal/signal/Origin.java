package io.mman.internal.signal;

/**
 * What all pages of a surviving range have in common.
 *
 * @param shift the binary logarithm of the page size
 * @param protection the bits of PROT_READ, PROT_WRITE and PROT_EXEC
 * @param descriptor the descriptor of the mapped file, which stays open while the range is
 *     registered
 */
record Origin(int shift, int protection, int descriptor) {}
