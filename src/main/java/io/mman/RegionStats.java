package io.mman;

import io.mman.platform.Platform;
import io.mman.proc.Smaps;
import java.lang.foreign.MemorySegment;
import java.util.Map;

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
    long locked) {

  static RegionStats of(MemorySegment pages) {
    if (!Platform.current().isLinux()) {
      throw Platform.lacks("/proc/self/smaps");
    }
    Map<String, Long> sum = Smaps.sum(pages.address(), pages.byteSize());
    return new RegionStats(
        sum.getOrDefault("Rss", 0L),
        sum.getOrDefault("Pss", 0L),
        sum.getOrDefault("Shared_Clean", 0L),
        sum.getOrDefault("Shared_Dirty", 0L),
        sum.getOrDefault("Private_Clean", 0L),
        sum.getOrDefault("Private_Dirty", 0L),
        sum.getOrDefault("Referenced", 0L),
        sum.getOrDefault("Anonymous", 0L),
        sum.getOrDefault("AnonHugePages", 0L),
        sum.getOrDefault("FilePmdMapped", 0L) + sum.getOrDefault("ShmemPmdMapped", 0L),
        sum.getOrDefault("Swap", 0L),
        sum.getOrDefault("Locked", 0L));
  }
}
