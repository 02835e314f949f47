package io.mman;

/**
 * How much of a file's range is in the page cache, in pages.
 *
 * @param cached pages in the cache
 * @param dirty pages changed and not yet written
 * @param writeback pages being written
 * @param evicted pages that were in the cache once and were reclaimed
 * @param recentlyEvicted those of them reclaimed so recently that memory was short of them
 * @see <a href="https://man7.org/linux/man-pages/man2/cachestat.2.html">cachestat(2)</a>
 */
public record CacheStat(
    long cached, long dirty, long writeback, long evicted, long recentlyEvicted) {}
