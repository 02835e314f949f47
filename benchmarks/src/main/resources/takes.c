/*
 * Finds changed pages with userfaultfd and PAGEMAP_SCAN. Takes the kind of memory and its size.
 * For each line of input, a number of pages and the pages, it stores to each page, stores again,
 * finds them, and prints the nanoseconds of a first store, of another one, and of finding all.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* These came with Linux 6.7, so older headers lack them. */
struct scan {
  uint64_t size, flags, start, end, walk_end, vec, vec_len, max_pages;
  uint64_t category_inverted, category_mask, category_anyof_mask, return_mask;
};
struct range {
  uint64_t start, end, categories;
};
#define SCAN _IOWR('f', 16, struct scan)
#define WP_MATCHING 1
#define CHECK_WPASYNC 2
#define IS_WRITTEN 2
#define USER_MODE_ONLY 1
#define FEATURES (1 << 15 | 1 << 13 | 1 << 12) /* WP_ASYNC, WP_UNPOPULATED, WP_HUGETLBFS_SHMEM */

#define PAGE 4096
#define RANGES 512

static char *memory;
static size_t size;
static int pagemap;
static long value;

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e9 + t.tv_nsec;
}

static void require(int ok, const char *what) {
  if (ok) return;
  perror(what);
  exit(1);
}

static void map(const char *kind) {
  int fd = -1, flags = MAP_PRIVATE | MAP_ANONYMOUS;
  if (strcmp(kind, "MEMFD") == 0) {
    fd = memfd_create("takes", 0);
    require(fd >= 0 && ftruncate(fd, size) == 0, "memfd_create");
    flags = MAP_SHARED;
  }
  memory = mmap(NULL, size, PROT_READ | PROT_WRITE, flags, fd, 0);
  require(memory != MAP_FAILED, "mmap");
  memset(memory, 1, size);
}

static void track(void) {
  int fd = syscall(SYS_userfaultfd, O_CLOEXEC | USER_MODE_ONLY);
  require(fd >= 0, "userfaultfd");
  struct uffdio_api api = {.api = UFFD_API, .features = FEATURES};
  require(ioctl(fd, UFFDIO_API, &api) == 0, "UFFDIO_API");
  struct uffdio_range all = {(uintptr_t)memory, size};
  struct uffdio_register reg = {.range = all, .mode = UFFDIO_REGISTER_MODE_WP};
  require(ioctl(fd, UFFDIO_REGISTER, &reg) == 0, "UFFDIO_REGISTER");
  struct uffdio_writeprotect wp = {.range = all, .mode = UFFDIO_WRITEPROTECT_MODE_WP};
  require(ioctl(fd, UFFDIO_WRITEPROTECT, &wp) == 0, "UFFDIO_WRITEPROTECT");
  pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
  require(pagemap >= 0, "pagemap");
}

static double store(const int *pages, int count) {
  value++;
  double start = now();
  for (int i = 0; i < count; i++)
    *(volatile long *)(memory + (size_t)pages[i] * PAGE + pages[i] % 64 * 64) = value;
  return (now() - start) / count;
}

/* Returns the number of changed pages. */
static long find(void) {
  static struct range ranges[RANGES];
  struct scan scan = {.size = sizeof scan, .flags = WP_MATCHING | CHECK_WPASYNC};
  scan.end = (uintptr_t)memory + size;
  scan.walk_end = (uintptr_t)memory;
  scan.vec = (uintptr_t)ranges;
  scan.vec_len = RANGES;
  scan.category_mask = scan.return_mask = IS_WRITTEN;
  long found = 0;
  while (scan.walk_end < scan.end) {
    scan.start = scan.walk_end;
    int n = ioctl(pagemap, SCAN, &scan);
    require(n >= 0, "PAGEMAP_SCAN");
    for (int i = 0; i < n; i++) found += (ranges[i].end - ranges[i].start) / PAGE;
  }
  return found;
}

int main(int argc, char **argv) {
  size = strtoull(argv[2], NULL, 10);
  map(argv[1]);
  track();
  int *pages = malloc(size / PAGE * sizeof *pages), count;
  printf("ready\n");
  fflush(stdout);
  while (scanf("%d", &count) == 1) {
    for (int i = 0; i < count; i++) require(scanf("%d", &pages[i]) == 1, "input");
    double first = store(pages, count);
    double again = store(pages, count);
    double start = now();
    long found = find();
    double time = now() - start;
    if (found != count) {
      fprintf(stderr, "%ld pages found instead of %d\n", found, count);
      return 1;
    }
    printf("%f %f %f\n", first, again, time);
    fflush(stdout);
  }
  return 0;
}
