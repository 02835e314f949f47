/* The same work in C: what the calls themselves cost. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* Each returns 0, or the number of calls that failed. */

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

long loop_mmap(void *unused, size_t length, long times) {
  long failed = 0;
  for (long i = 0; i < times; i++) {
    void *p = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    failed += p == MAP_FAILED || munmap(p, length) != 0;
  }
  return failed;
}

/* Grows a file by steps, and a mapping of it inside reserved address space. */
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

/* Maps, touches each page once, unmaps. */
long first_touch(void *unused, size_t length, long huge) {
  size_t align = 2 << 20;
  char *p = mmap(NULL, length + align, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (p == MAP_FAILED) return -1;
  char *start = (char *)(((size_t)p + align - 1) & -align);
  madvise(start, length, huge ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
  for (size_t i = 0; i < length; i += 4096) start[i] = 1;
  return munmap(p, length + align);
}
