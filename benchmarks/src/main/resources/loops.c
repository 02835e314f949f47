/* The same work in C, which shows what the system calls themselves cost. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* These came with Linux 5.14, so older headers lack them. */
#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22
#define MADV_POPULATE_WRITE 23
#endif

/* Each function returns 0, or the number of calls that failed. */

long loop_madvise(void *page, size_t length, long times) {
  long failed = 0;
  for (long i = 0; i < times; i++) failed += madvise(page, length, MADV_NORMAL) != 0;
  return failed;
}

long loop_msync(void *page, size_t length, long times) {
  long failed = 0;
  for (long i = 0; i < times; i++) failed += msync(page, length, MS_ASYNC) != 0;
  return failed;
}

long loop_mprotect(void *page, size_t length, long times) {
  long failed = 0;
  for (long i = 0; i < times; i++)
    failed += mprotect(page, length, i & 1 ? PROT_READ | PROT_WRITE : PROT_READ) != 0;
  return failed;
}

long loop_mlock(void *page, size_t length, long times) {
  long failed = 0;
  for (long i = 0; i < times; i++)
    failed += (mlock(page, length) != 0) + (munlock(page, length) != 0);
  return failed;
}

long loop_mincore(void *page, size_t length, long times) {
  unsigned char vec[16];
  long failed = 0;
  for (long i = 0; i < times; i++) failed += mincore(page, length, vec) != 0;
  return failed;
}

/* Shrinks two pages to one and grows them to two again. */
long loop_mremap(void *page, size_t length, long times) {
  long failed = 0;
  for (long i = 0; i < times; i++) {
    failed += mremap(page, 2 * length, length, 0) != page;
    failed += mremap(page, length, 2 * length, 0) != page;
  }
  return failed;
}

long loop_mmap(void *unused, size_t length, long times) {
  long failed = 0;
  for (long i = 0; i < times; i++) {
    void *p = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    failed += p == MAP_FAILED || munmap(p, length) != 0;
  }
  return failed;
}

/* Grows a file step by step, and its mapping inside reserved address space. */
long grow_log(int fd, size_t step, long steps) {
  size_t all = step * steps;
  char *base = mmap(NULL, all, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (base == MAP_FAILED) return -1;
  long failed = 0;
  for (long i = 0; i < steps; i++) {
    failed += ftruncate(fd, step * (i + 1)) != 0;
    failed += mmap(base + step * i, step, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd,
                   step * i) == MAP_FAILED;
    base[step * i] = 1;
  }
  munmap(base, all);
  return failed;
}

/* Flags of touch, map_touch and populate. */
enum { SHARED = 1, WRITE = 2, RANDOM = 4, HUGE = 8, POPULATE = 16 };

static volatile char sink;

/* Accesses each page once; for random order, the number of pages must be a power of two. */
long touch(void *start, size_t length, long kind) {
  char *p = start;
  size_t pages = length / 4096;
  char sum = 0;
  for (size_t i = 0; i < pages; i++) {
    size_t at = 4096 * (kind & RANDOM ? (i * 2654435761u + 12345) & (pages - 1) : i);
    if (kind & WRITE)
      p[at] = 1;
    else
      sum += p[at];
  }
  sink = sum;
  return 0;
}

/* Maps a file, or memory if fd is -1, accesses each page once and unmaps. */
long map_touch(int fd, size_t length, long kind) {
  size_t align = kind & HUGE ? 2 << 20 : 0;
  int prot = PROT_READ | (kind & WRITE ? PROT_WRITE : 0);
  int flags = (kind & SHARED ? MAP_SHARED : MAP_PRIVATE) | (fd < 0 ? MAP_ANONYMOUS : 0) |
              (kind & POPULATE ? MAP_POPULATE : 0);
  char *p = mmap(NULL, length + align, prot, flags, fd, 0);
  if (p == MAP_FAILED) return -1;
  char *start = p;
  if (kind & HUGE) {
    start = (char *)(((size_t)p + align - 1) & -align);
    madvise(start, length, MADV_HUGEPAGE);
  }
  touch(start, length, kind);
  return munmap(p, length + align);
}

/* Maps a file for reading and unmaps it. */
long map_file(int fd, size_t length, long times) {
  long failed = 0;
  for (long i = 0; i < times; i++) {
    void *p = mmap(NULL, length, PROT_READ, MAP_SHARED, fd, 0);
    failed += p == MAP_FAILED || munmap(p, length) != 0;
  }
  return failed;
}

/* These query the file's length before each mmap. */
long map_file_fstat(int fd, size_t length, long times) {
  long failed = 0;
  for (long i = 0; i < times; i++) {
    struct stat status;
    failed += fstat(fd, &status) != 0 || (size_t)status.st_size < length;
    failed += map_file(fd, length, 1);
  }
  return failed;
}

long map_file_lseek(int fd, size_t length, long times) {
  long failed = 0;
  for (long i = 0; i < times; i++) {
    failed += lseek(fd, 0, SEEK_END) < (off_t)length;
    failed += map_file(fd, length, 1);
  }
  return failed;
}

/* Faults in the pages of a range by one madvise(2), as a write or as a read would. */
long populate(void *start, size_t length, long kind) {
  return madvise(start, length, kind & WRITE ? MADV_POPULATE_WRITE : MADV_POPULATE_READ);
}

/* Grows a file step by step, and its mapping, which mremap may move. */
long remap_log(int fd, size_t step, long steps) {
  char *base = NULL;
  long failed = 0;
  for (long i = 0; i < steps; i++) {
    failed += ftruncate(fd, step * (i + 1)) != 0;
    base = i == 0 ? mmap(NULL, step, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0)
                  : mremap(base, step * i, step * (i + 1), MREMAP_MAYMOVE);
    if (base == MAP_FAILED) return -1;
    base[step * i] = 1;
  }
  munmap(base, step * steps);
  return failed;
}

/* Returns the sum of the longs of a range. */
long sum_longs(const long *p, size_t length, long unused) {
  long sum = 0;
  for (size_t i = 0; i < length / 8; i++) sum += p[i];
  return sum;
}

/* Returns the sum of count longs, each from a different page. */
long sum_random(const char *p, size_t length, long count) {
  size_t pages = length / 4096;
  long sum = 0;
  for (long i = 0; i < count; i++)
    sum += *(const long *)(p + 4096 * ((i * 2654435761u + 12345) & (pages - 1)));
  return sum;
}

static size_t random_page(long i, size_t pages) {
  return 4096 * ((i * 2654435761u + 12345) & (pages - 1));
}

/* Maps a file, reads a long of each of count pages, and unmaps: after advice for the mapping, or
   after advice for each page. */
static long sum_cold(int fd, size_t length, long count, int advice) {
  char *p = mmap(NULL, length, PROT_READ, MAP_SHARED, fd, 0);
  if (p == MAP_FAILED) return -1;
  if (advice == MADV_RANDOM)
    madvise(p, length, advice);
  else
    for (long i = 0; i < count; i++) madvise(p + random_page(i, length / 4096), 4096, advice);
  long sum = sum_random(p, length, count);
  munmap(p, length);
  return sum;
}

long cold_random(int fd, size_t length, long count) {
  return sum_cold(fd, length, count, MADV_RANDOM);
}

long cold_willneed(int fd, size_t length, long count) {
  return sum_cold(fd, length, count, MADV_WILLNEED);
}

/* Reads the same pages without a mapping. */
long cold_pread(int fd, size_t length, long count) {
  static long page[512];
  long sum = 0;
  for (long i = 0; i < count; i++) {
    if (pread(fd, page, sizeof page, random_page(i, length / 4096)) != sizeof page) return -1;
    sum += page[0];
  }
  return sum;
}

/* Writes the changed pages of a range to the disk. */
long sync_range(void *p, size_t length, long unused) { return msync(p, length, MS_SYNC); }

/* A handler of SIGBUS as one would write it: it looks the address up in a sorted table of ranges,
   maps a page of zeros and counts it. Everything else goes to the handler before. */
struct range {
  char *start, *end;
};

/* The compiler does not see when the handler reads these. */
static const struct range *volatile ranges;
static volatile long range_count;
static volatile int ranges_fd = -1;
static _Atomic long lost;
static struct sigaction before;

static const struct range *find_range(char *address) {
  const struct range *all = ranges;
  long low = 0, high = range_count;
  while (low < high) {
    long middle = (low + high) / 2;
    if (all[middle].start <= address)
      low = middle + 1;
    else
      high = middle;
  }
  return low > 0 && address < all[low - 1].end ? &all[low - 1] : NULL;
}

static void replace_page(int number, siginfo_t *info, void *context) {
  char *address = info->si_addr;
  if (info->si_code == BUS_ADRERR && find_range(address) != NULL) {
    struct stat status; /* if the table has a file, its length is asked for, too */
    void *page = (void *)((size_t)address & -4096);
    if ((ranges_fd < 0 || fstat(ranges_fd, &status) == 0) &&
        mmap(page, 4096, PROT_READ | PROT_WRITE,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE, -1, 0) == page) {
      lost++;
      return;
    }
  }
  if (before.sa_flags & SA_SIGINFO)
    before.sa_sigaction(number, info, context);
  else
    signal(number, before.sa_handler);
}

/* Puts the handler in force for a table of ranges, or for none the one before. */
long survive_in_c(const struct range *table, size_t bytes, long fd) {
  ranges = table;
  range_count = bytes / sizeof *table;
  ranges_fd = fd;
  if (bytes == 0) return sigaction(SIGBUS, &before, NULL);
  struct sigaction action = {.sa_sigaction = replace_page, .sa_flags = SA_SIGINFO | SA_RESTART};
  return sigaction(SIGBUS, &action, &before);
}

/* Returns how many pages the handler has replaced. */
long lost_in_c(void *unused, size_t none, long nothing) { return lost; }

/* Maps a shared file over some ranges, in each of them from its start. */
long map_over(const struct range *table, size_t bytes, long fd) {
  long failed = 0;
  for (size_t i = 0; i < bytes / sizeof *table; i++)
    failed += mmap(table[i].start, table[i].end - table[i].start, PROT_READ | PROT_WRITE,
                   MAP_SHARED | MAP_FIXED, fd, 0) == MAP_FAILED;
  return failed;
}

/* Accesses each page of some ranges once. */
long touch_ranges(const struct range *table, size_t bytes, long kind) {
  for (size_t i = 0; i < bytes / sizeof *table; i++)
    touch(table[i].start, table[i].end - table[i].start, kind);
  return 0;
}
