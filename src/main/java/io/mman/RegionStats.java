package io.mman;

/**
 * How much memory the kernel's areas take that a region lies in, in bytes.
 *
 * @param rss resident in this process's page tables
 * @param pss the same, each page divided by the number of processes that map it
 * @param sharedClean resident, unchanged, mapped by others too
 * @param sharedDirty resident, changed, mapped by others too
 * @param privateClean resident, unchanged, mapped by this process only
 * @param privateDirty resident, changed, mapped by this process only
 * @param referenced marked as accessed
 * @param anonymous not of a file, copies made on write included
 * @param anonHugePages anonymous memory in transparent huge pages
 * @param filePmdMapped page cache mapped by transparent huge pages, that of memory files included
 * @param swap swapped out
 * @param locked kept in memory by mlock(2)
 * @see <a href="https://man7.org/linux/man-pages/man5/proc_pid_smaps.5.html">smaps(5)</a>
 */
public record RegionStats(
    long rss,
    long pss,
    long sharedClean,
    long sharedDirty,
    long privateClean,
    long privateDirty,
    long referenced,
    long anonymous,
    long anonHugePages,
    long filePmdMapped,
    long swap,
    long locked) {}
