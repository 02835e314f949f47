package io.mman.change;

/**
 * What {@link StagedRegion#commit} has written to the file.
 *
 * @param pages the number of pages
 * @param bytes the number of bytes; of a page that the file ends in, only those inside the file
 */
public record Commit(long pages, long bytes) {}
