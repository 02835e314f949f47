package io.mman;

/**
 * Statistics about the memory of the kernel's areas in which a region lies. All figures are numbers
 * of bytes.
 *
 * @param rss the resident set: pages that are in this process's page tables
 * @param pss the resident set, with each page divided by the number of processes that map it
 * @param sharedClean resident pages that are unchanged and also mapped by other processes
 * @param sharedDirty resident pages that have been changed and are also mapped by other processes
 * @param privateClean resident pages that are unchanged and mapped by this process only
 * @param privateDirty resident pages that have been changed and are mapped by this process only
 * @param referenced pages that are marked as accessed
 * @param anonymous pages that belong to no file, including copies made on write
 * @param anonHugePages anonymous memory in transparent huge pages
 * @param filePmdMapped page cache that is mapped by transparent huge pages, including that of files
 *     in memory
 * @param swap pages that have been swapped out
 * @param locked pages that mlock(2) keeps in memory
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
