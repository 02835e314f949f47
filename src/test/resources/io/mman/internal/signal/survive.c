/* Installs the machine code of the signal handler without Java, and checks what it does.
   Arguments: the file with the code, a file to create, a scenario. Prints "ok". */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHECK(condition) \
  do { \
    if (!(condition)) { \
      printf("line %d: %s\n", __LINE__, #condition); \
      exit(1); \
    } \
  } while (0)

enum { PAGES = 64, THREADS = 4 };

struct entry { /* Entry.java */
  volatile char *start, *end;
  long shift, offset;
  int protection, descriptor;
  long *ledger, first_bit;
  volatile long *count, users, dead;
};

struct block { /* RangeTable.java */
  long pairs, padding;
  struct { volatile void *key; void *pointer; } pair[8];
};

static struct { struct block *root; long epoch, padding[6], in_flight[16]; } context;
static struct block root, leaf, leaf_before;
static struct entry entry;
static long ledger[4]; /* Ledger.java: bitmap, length, the bitmap itself */
static volatile long count;
static long page;
static int fd;
static volatile char *pages;
static char *code;
static void *previous;

static sigjmp_buf back;
static volatile int passed_signal, passed_code;
static volatile char *passed_address;
static void *passed_context;

static void other_handler(int sig, siginfo_t *info, void *ucontext) {
  passed_signal = sig;
  passed_code = info->si_code;
  passed_address = info->si_addr;
  passed_context = ucontext;
  siglongjmp(back, 1);
}

static void load_code(const char *path) {
  FILE *file = fopen(path, "r");
  CHECK(file);
  code = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  CHECK(code != MAP_FAILED && fread(code, 1, 65536, file) > 0);
  fclose(file);
  ((void **) code)[0] = &context;
  ((void **) code)[1] = &previous;
  CHECK(mprotect(code, 65536, PROT_READ | PROT_EXEC) == 0);
  __builtin___clear_cache(code, code + 65536);
}

static void map_file(const char *path) {
  fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
  CHECK(fd >= 0 && ftruncate(fd, PAGES * page) == 0);
  pages = mmap(NULL, PAGES * page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  CHECK(pages != MAP_FAILED);
  for (int i = 0; i < PAGES; i++) {
    pages[i * page] = 1 + i;
  }
}

static void register_file(void) {
  entry = (struct entry) {pages, pages + PAGES * page, __builtin_ctzl(page), 0,
      PROT_READ | PROT_WRITE, fd, ledger, 0, &count, 0, 0};
  ledger[0] = (long) &ledger[2];
  ledger[1] = 8;
  leaf.pairs = 1;
  leaf.pair[0].key = pages;
  leaf.pair[0].pointer = &entry;
  root.pairs = 1;
  root.pair[0].pointer = &leaf;
  context.root = &root;
}

static void install(void) {
  struct sigaction action = {.sa_flags = SA_SIGINFO | SA_RESTART};
  action.sa_sigaction = (void *) (code + 16);
  CHECK(sigaction(SIGBUS, &action, NULL) == 0);
}

static void truncate_to(long bytes) {
  CHECK(ftruncate(fd, bytes) == 0);
}

/* Returns whether a load was passed to the other handler. */
static int is_passed(volatile char *address) {
  passed_signal = 0;
  if (sigsetjmp(back, 1) == 0) {
    *address;
  }
  CHECK(passed_signal == 0 || passed_signal == SIGBUS);
  return passed_signal;
}

static void check_idle(void) {
  CHECK(context.in_flight[0] == 0 && context.in_flight[8] == 0 && entry.users == 0);
}

static void suffix(void) {
  truncate_to(10 * page + 100);
  for (int i = PAGES - 1; i > 10; i--) {
    CHECK(pages[i * page] == 0);
    CHECK(count == PAGES - 11);
  }
  for (int i = 0; i < 10; i++) {
    CHECK(pages[i * page] == 1 + i);
  }
  CHECK(pages[10 * page] == 11);
  CHECK(ledger[2] == -1L << 11);
}

static void kept(void) {
  truncate_to(40 * page);
  pages[50 * page] = 7;
  truncate_to(20 * page);
  pages[30 * page] = 8;
  CHECK(count == 44);
  entry.first_bit = 0;
  truncate_to(0);
  CHECK(pages[0] == 0 && count == 64);
  CHECK(pages[50 * page] == 7 && pages[30 * page] == 8);
  CHECK(ledger[2] == -1);
}

/* A page inside the file that cannot be had, here because it is beyond what fstat would say. */
static void hole(void) {
  truncate_to(20 * page);
  int dev = open("/dev/null", O_RDONLY); /* no regular file: its length says nothing */
  entry.descriptor = dev;
  for (int i = 0; i < 5; i++) {
    CHECK(pages[(30 + 2 * i) * page] == 0 && count == i + 1);
  }
  CHECK(ledger[2] == 0x155L << 30);
  entry.descriptor = -1; /* neither does a closed one */
  CHECK(pages[60 * page] == 0 && count == 6);
}

static void outside(void) {
  entry.start += page;
  leaf.pair[0].key = entry.start;
  entry.end -= page;
  truncate_to(0);
  CHECK(is_passed(pages + 5) && passed_address == pages + 5 && passed_code == BUS_ADRERR);
  CHECK(passed_context != NULL);
  CHECK(is_passed(pages + 63 * page));
  CHECK(!is_passed(pages + page) && !is_passed(pages + 62 * page));
  sigval_t value = {0};
  if (sigsetjmp(back, 1) == 0) {
    sigqueue(getpid(), SIGBUS, value);
  }
  CHECK(passed_code == SI_QUEUE);
}

static struct entry next_entry;

static void *replace_entry(void *argument) {
  while (*(volatile long *) &entry.users == 0) {
  }
  *(void *volatile *) &leaf.pair[0].pointer = &next_entry;
  return argument;
}

static void recorder(int sig, siginfo_t *info, void *ucontext) {
  passed_signal = sig;
  passed_code = info->si_code;
  passed_address = info->si_addr;
  passed_context = ucontext;
}

/* Hardware errors are passed on with the same arguments, wherever they are. */
static void hardware(void) {
  void (*handler)(int, siginfo_t *, void *) = (void *) (code + 16);
  previous = recorder;
  for (int si_code = -6; si_code < 8; si_code++) {
    siginfo_t info = {.si_signo = SIGBUS, .si_code = si_code};
    info.si_addr = (void *) (pages + 5);
    passed_signal = 0;
    handler(SIGBUS, &info, &info);
    int is_ours = si_code == BUS_ADRERR;
    CHECK(passed_signal == (is_ours ? 0 : SIGBUS) && count == is_ours + (si_code > BUS_ADRERR));
    CHECK(is_ours || (passed_code == si_code && passed_address == pages + 5));
    CHECK(is_ours || passed_context == &info);
  }
}

/* A dead entry is looked up again, until another one has taken its place. */
static void dead(void) {
  next_entry = entry;
  entry.dead = 1;
  truncate_to(0);
  pthread_t thread;
  CHECK(pthread_create(&thread, NULL, replace_entry, NULL) == 0);
  CHECK(pages[0] == 0 && count == PAGES && next_entry.users == 0);
  pthread_join(thread, NULL);
}

/* What cannot be mapped is passed on, and not marked: here the address is no multiple of pages. */
static void refused(void) {
  entry.start++;
  ledger[2] = 0x700;
  truncate_to(3 * page);
  CHECK(is_passed(pages + 5 * page) && passed_address == pages + 5 * page);
  CHECK(ledger[2] == 0x700 && count == 0);
  entry.start--;
  CHECK(!is_passed(pages + 5 * page) && ledger[2] == -1L << 3 && count == 58);
}

static void leaves(void) {
  void *(*find)(volatile void *) = (void *) (code + 24);
  leaf_before = leaf;
  leaf.pair[0].key = entry.end + page; /* begins after the address, in the leaf of the address */
  leaf.pair[0].pointer = NULL;
  root.pairs = 2;
  root.pair[0].pointer = &leaf_before;
  root.pair[1].key = pages + 3 * page;
  root.pair[1].pointer = &leaf;
  CHECK(find(pages) == &entry && find(pages + 3 * page) == &entry);
  CHECK(find(entry.end - 1) == &entry && find(entry.end) == NULL && find(pages - 1) == NULL);
  leaf_before.pairs = 0;
  CHECK(find(pages) == NULL && find(pages + 3 * page) == NULL);
}

/* A larger bitmap is mapped by the first handler that needs one. */
static void bitmap(void) {
  entry.first_bit = 100003;
  ledger[0] = 0;
  ledger[1] = 16384;
  truncate_to(7 * page);
  CHECK(pages[9 * page] == 0 && count == 57);
  CHECK(ledger[0] != 0);
  unsigned char *bits = (unsigned char *) ledger[0];
  for (int i = 0; i < 131072; i++) {
    CHECK((bits[i / 8] >> i % 8 & 1) == (i >= 100003 + 7 && i < 100003 + 64));
  }
}

/* A second part, with another offset in the file. */
static void second(void) {
  entry.start += 8 * page;
  entry.offset = 8 * page;
  entry.first_bit = 8;
  leaf.pair[0].key = entry.start;
  truncate_to(4 * page);
  CHECK(pages[9 * page] == 0 && count == 56 && ledger[2] == -1L << 8);
  CHECK(is_passed(pages + 5 * page));
}

static void restore(void) {
  truncate_to(10 * page);
  pages[60 * page] = 5;
  truncate_to(PAGES * page);
  long arguments[10] = {(long) pages + 20 * page, 30 * page, PROT_READ | PROT_WRITE,
      MAP_SHARED | MAP_FIXED, fd, 20 * page, (long) &ledger[2], 20, 30, 1};
  int (*call)(long *, long) = (void *) (code + 32);
  CHECK(call(arguments, 80) == 0 && arguments[9] == arguments[0]);
  CHECK((unsigned long) ledger[2] == 0xfffc0000000ffc00);
  pages[20 * page] = 9;
  char byte;
  CHECK(pread(fd, &byte, 1, 20 * page) == 1 && byte == 9 && pages[60 * page] == 5);
  arguments[4] = -1;
  CHECK(call(arguments, 80) == 0 && arguments[9] == -9);
}

static pthread_barrier_t barrier;
static int rounds;

static void *store_everywhere(void *argument) {
  long thread = (long) argument;
  for (int round = 0; round < rounds; round++) {
    pthread_barrier_wait(&barrier);
    for (int i = 0; i < PAGES; i++) {
      pages[(i + thread * 16) % PAGES * page + thread] = 1 + thread;
    }
    pthread_barrier_wait(&barrier);
  }
  return NULL;
}

/* No thread throws away what another one has stored, and no page is counted twice. In each round
   all threads fault first on different pages; every other time they need a new bitmap. */
static void race(int descriptor) {
  pthread_t thread[THREADS];
  entry.descriptor = descriptor;
  pthread_barrier_init(&barrier, NULL, THREADS + 1);
  for (long i = 0; i < THREADS; i++) {
    CHECK(pthread_create(&thread[i], NULL, store_everywhere, (void *) i) == 0);
  }
  count = 0;
  for (int round = 0; round < rounds; round++) {
    truncate_to(0);
    CHECK(mmap((void *) pages, PAGES * page, 3, MAP_SHARED | MAP_FIXED, fd, 0) == pages);
    ledger[2] = 0;
    ledger[0] = round % 2 == 0 ? (long) &ledger[2] : 0;
    pthread_barrier_wait(&barrier);
    pthread_barrier_wait(&barrier);
    CHECK(*(long *) ledger[0] == -1 && count == (round + 1L) * PAGES);
    for (int i = 0; i < PAGES * THREADS; i++) {
      CHECK(pages[i / THREADS * page + i % THREADS] == 1 + i % THREADS);
    }
    if (round % 2 == 1) {
      CHECK(munmap((void *) ledger[0], 8) == 0);
    }
  }
  for (int i = 0; i < THREADS; i++) {
    pthread_join(thread[i], NULL);
  }
}

static void threads(void) {
  rounds = getenv("ROUNDS") ? atoi(getenv("ROUNDS")) : 2000;
  race(fd); /* all are lost at once */
  race(open("/dev/null", O_RDONLY)); /* one by one */
}

static void *lose_page(void *argument) {
  (void) pages[20 * page];
  return argument;
}

/* Who reads zeros in place of lost bytes also reads that they are lost: run under a tracer that
   delays the end of mmap, so that the other handler is still between both. */
static void order(void) {
  pthread_t thread;
  truncate_to(PAGES * page / 4);
  CHECK(pthread_create(&thread, NULL, lose_page, NULL) == 0);
  while (*(volatile long *) &ledger[2] == 0) {
  }
  CHECK(pages[20 * page] == 0 && count == PAGES * 3 / 4);
  pthread_join(thread, NULL);
}

/* Without a previous handler the process ends as it would have without this one. */
static int status_of(void *action, int is_sent) {
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    previous = action;
    truncate_to(0);
    entry.end = entry.start;
    if (is_sent) {
      kill(getpid(), SIGBUS);
    } else {
      *(volatile char *) pages;
    }
    _exit(3);
  }
  int status;
  CHECK(waitpid(child, &status, 0) == child);
  return status;
}

int main(int argc, char **argv) {
  page = sysconf(_SC_PAGESIZE);
  load_code(argv[1]);
  map_file(argv[2]);
  register_file();
  previous = other_handler;
  install();
  char *scenario = argv[3];
  struct { const char *name; void (*run)(void); } all[] = {
      {"suffix", suffix}, {"kept", kept}, {"hole", hole}, {"outside", outside}, {"hardware", hardware}, {"dead", dead}, {"refused", refused},
      {"leaves", leaves}, {"bitmap", bitmap}, {"second", second}, {"restore", restore},
      {"threads", threads}, {"order", order}};
  int found = 0;
  for (int i = 0; i < (int) (sizeof all / sizeof *all); i++) {
    if (strcmp(scenario, all[i].name) == 0) {
      all[i].run();
      found = 1;
    }
  }
  if (strcmp(scenario, "default") == 0) {
    int status = status_of(SIG_DFL, 0);
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGBUS);
  } else if (strcmp(scenario, "ignore") == 0) {
    int status = status_of(SIG_IGN, 0);
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGBUS);
  } else if (strcmp(scenario, "sent") == 0) {
    int status = status_of(SIG_DFL, 1);
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGBUS);
  } else if (strcmp(scenario, "sent-ignored") == 0) {
    int status = status_of(SIG_IGN, 1);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 3);
  } else {
    CHECK(found);
  }
  check_idle();
  puts("ok");
  return 0;
}
