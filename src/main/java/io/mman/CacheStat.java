package io.mman;

/**
 * Statistics about the page cache for a range of a file. All figures are numbers of pages.
 *
 * @param cached pages that are in the cache
 * @param dirty pages that have been changed but not yet written
 * @param writeback pages that are being written
 * @param evicted pages that were in the cache and have been reclaimed
 * @param recentlyEvicted evicted pages that were reclaimed so recently that their return would show
 *     that memory is short
 * @see <a href="https://man7.org/linux/man-pages/man2/cachestat.2.html">cachestat(2)</a>
 */
public record CacheStat(
    long cached, long dirty, long writeback, long evicted, long recentlyEvicted) {}
