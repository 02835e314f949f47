package io.mman.change;

/**
 * The amount of data that {@link StagedRegion#commit} wrote to the file.
 *
 * @param pages the number of pages
 * @param bytes the number of bytes; if the file ends inside its last page, only the bytes of that
 *     page that belong to the file are counted
 */
public record Commit(long pages, long bytes) {}
