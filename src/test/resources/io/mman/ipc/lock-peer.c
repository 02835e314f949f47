/* Follows shared-lock.c: a process that takes part in a lock in the first page of a file.
 * peer MEMORY LOCK_FILE OFFSET MODE N, see main. SharedData.java describes the memory. */
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>

static volatile int64_t *data;
static struct shared_lock *lock;
static const char *lock_file;

static void require(int condition, const char *what) {
  if (!condition) {
    fprintf(stderr, "%s: errno %d\n", what, errno);
    exit(1);
  }
}

static int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static void join_lock(struct participant *p) {
  alarm(120); /* in case the test has failed and nobody kills this process */
  require((errno = shared_lock_join(p, lock, lock_file)) == 0, "join");
}

/* What a thread does while it holds the lock. */
static void step(int slot) {
  data[0]++;
  data[slot]++;
  data[1]++;
}

static void repair(void) {
  int64_t sum = 0;
  for (int i = 16; i < 2048; i++) {
    sum += data[i];
  }
  data[0] = sum;
  data[1] = sum;
}

static void acquire(struct participant *p) {
  int state = shared_lock_lock(p);
  require(state == 0 || state == EOWNERDEAD, "lock");
  if (state == EOWNERDEAD) {
    int64_t late = now() - data[3];
    data[2]++;
    data[4] = late > data[4] ? late : data[4];
    repair();
  }
  require(data[0] == data[1], "two owners");
}

static void count(int n, int slot) {
  struct participant p;
  join_lock(&p);
  for (int i = 0; i < n; i++) {
    acquire(&p);
    step(slot);
    require(shared_lock_unlock(&p) == 0, "unlock");
  }
  require(shared_lock_leave(&p) == 0, "leave");
}

/* Kills n children, one after the other: while they hold the lock, or at any time. */
static void kill_children(int n, int any_time) {
  for (int i = 0; i < n; i++) {
    int ends[2];
    require(pipe(ends) == 0, "pipe");
    pid_t child = fork();
    if (child == 0) {
      struct participant p;
      join_lock(&p);
      acquire(&p);
      step(16 + i);
      write(ends[1], "", 1);
      while (any_time) {
        require(shared_lock_unlock(&p) == 0, "unlock");
        acquire(&p);
        step(16 + i);
      }
      pause();
    }
    char byte;
    require(read(ends[0], &byte, 1) == 1, "read");
    for (int64_t end = now() + (any_time ? rand() % 300000 : 0); now() < end;) {
    }
    data[3] = now();
    kill(child, SIGKILL);
    require(waitpid(child, NULL, 0) == child, "waitpid");
    close(ends[0]);
    close(ends[1]);
  }
}

static void hold(void) {
  struct participant p;
  join_lock(&p);
  int state = shared_lock_lock(&p);
  printf("pid %d: %s\n", getpid(), state == 0 ? "CLEAN" : state == EOWNERDEAD ? "OWNER_DIED" : "?");
  fflush(stdout);
  pause();
}

int main(int argc, char **argv) {
  int fd = open(argv[1], O_RDWR);
  char *memory = mmap(NULL, 32768, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  require(fd >= 0 && memory != MAP_FAILED, "mmap");
  lock_file = argv[2];
  lock = (struct shared_lock *)(memory + atoi(argv[3]));
  data = (int64_t *)(memory + 64);
  int n = atoi(argv[5]);
  if (strcmp(argv[4], "count") == 0) {
    count(n, 2000);
  } else if (strcmp(argv[4], "kill") == 0) {
    kill_children(n, 0);
  } else if (strcmp(argv[4], "storm") == 0) {
    kill_children(n, 1);
  } else {
    hold();
  }
  return 0;
}
