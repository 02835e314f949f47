/*
 * Two processes that wake each other in turn, and a robust mutex that nobody else wants. Prints the
 * nanoseconds of a round trip, and of one lock and unlock. Takes the number of each.
 */
#define _GNU_SOURCE
#include <linux/futex.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e9 + t.tv_nsec;
}

static void take_turns(_Atomic int *word, int parity, long turns) {
  struct timespec patience = {60, 0};
  for (long turn = 0; turn < turns; turn++) {
    int seen;
    while (((seen = atomic_load_explicit(word, memory_order_acquire)) & 1) != parity)
      syscall(SYS_futex, word, FUTEX_WAIT, seen, &patience);
    atomic_store_explicit(word, seen + 1, memory_order_release);
    syscall(SYS_futex, word, FUTEX_WAKE, 1);
  }
}

int main(int argc, char **argv) {
  long turns = atol(argv[1]), locks = atol(argv[2]);
  void *memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (fork() == 0) {
    take_turns(memory, 1, 2 * turns);
    return 0;
  }
  take_turns(memory, 0, turns);
  double start = now();
  take_turns(memory, 0, turns);
  printf("%f\n", (now() - start) / turns);
  wait(NULL);

  pthread_mutex_t *mutex = memory;
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
  pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
  pthread_mutex_init(mutex, &attributes);
  start = now();
  for (long i = 0; i < locks; i++) {
    pthread_mutex_lock(mutex);
    pthread_mutex_unlock(mutex);
  }
  printf("%f\n", (now() - start) / locks);
  return 0;
}
