/* A participant of an io.mman.ipc.SharedLock in C, for Linux; see shared-lock.html.
 * The functions return 0, EOWNERDEAD if the previous owner died, or another errno. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define SLEEPERS 0x80000000u
#define SLICE_NANOS 20000000

struct shared_lock { /* aligned to 8 bytes; all zero before the first use */
  _Atomic uint32_t word;
  _Atomic uint32_t participants;
  _Atomic uint64_t tie;
};

struct header {
  unsigned char magic[8];
  uint32_t identity;
  uint32_t locks;
};

struct participant { /* of one process; must not be used after fork */
  struct shared_lock *lock;
  int fd;
  uint32_t number;
};

static const unsigned char MAGIC[8] = {0x89, 'm', 'm', 'a', 'n', 'l', 'k', 1};

/* Locks or unlocks a byte. F_OFD_GETLK only asks, and sets type to F_UNLCK if the byte is free. */
static int byte_lock(int fd, int command, short *type, uint64_t byte) {
  struct flock range = {.l_type = *type, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1};
  int result = fcntl(fd, command, &range);
  *type = range.l_type;
  return result < 0 ? errno : 0;
}

static uint64_t byte_of(const struct shared_lock *lock, uint32_t number) {
  return lock->tie << 32 | number;
}

/* Ties the lock to the file: assigns it an id and records it in the memory. */
static int tie(struct shared_lock *lock, int fd) {
  short type = F_WRLCK;
  struct timespec pause = {0, 1000000};
  int error;
  while ((error = byte_lock(fd, F_OFD_SETLK, &type, 0)) == EAGAIN || error == EACCES) {
    nanosleep(&pause, NULL);
  }
  if (error == 0 && lock->tie == 0) {
    struct header header;
    ssize_t length = pread(fd, &header, sizeof header, 0);
    int is_ours = length >= 8 && memcmp(header.magic, MAGIC, 8) == 0;
    if (length < 0 || (length > 0 && !is_ours) || lock->word != 0 || lock->participants != 0) {
      error = length < 0 ? errno : EINVAL;
    } else if (length == sizeof header && header.locks >= INT32_MAX) {
      error = EOVERFLOW;
    } else {
      if (length < (ssize_t)sizeof header) {
        memcpy(header.magic, MAGIC, 8);
        header.locks = 0;
        do {
          getrandom(&header.identity, sizeof header.identity, 0);
        } while (header.identity == 0);
      }
      header.locks++;
      uint64_t none = 0;
      if (pwrite(fd, &header, sizeof header, 0) != sizeof header) {
        error = EIO;
      } else {
        atomic_compare_exchange_strong(
            &lock->tie, &none, (uint64_t)header.identity << 32 | header.locks);
      }
    }
  }
  type = F_UNLCK;
  int unlocked = byte_lock(fd, F_OFD_SETLK, &type, 0);
  return error ? error : unlocked;
}

static int draw(struct participant *p) {
  struct header header;
  uint64_t tie = p->lock->tie;
  if (pread(p->fd, &header, sizeof header, 0) != sizeof header
      || memcmp(header.magic, MAGIC, 8) != 0 || header.identity == 0 || header.identity != tie >> 32
      || header.locks < (uint32_t)tie) {
    return EINVAL;
  }
  int error;
  do {
    uint32_t last = p->lock->participants;
    do {
      if (last >= INT32_MAX) {
        return EOVERFLOW;
      }
    } while (!atomic_compare_exchange_weak(&p->lock->participants, &last, last + 1));
    p->number = last + 1;
    short type = F_WRLCK;
    error = byte_lock(p->fd, F_OFD_SETLK, &type, byte_of(p->lock, p->number));
  } while (error == EAGAIN || error == EACCES);
  return error;
}

static int shared_lock_join(
    struct participant *p, struct shared_lock *lock, const char *lock_file) {
  p->lock = lock;
  p->fd = open(lock_file, O_RDWR | O_CLOEXEC);
  if (p->fd < 0 && errno == ENOENT && lock->tie == 0) {
    p->fd = open(lock_file, O_RDWR | O_CLOEXEC | O_CREAT, 0666);
  }
  if (p->fd < 0) {
    return errno;
  }
  int error = lock->tie == 0 ? tie(lock, p->fd) : 0;
  if (error == 0) {
    error = draw(p);
  }
  if (error != 0) {
    close(p->fd);
  }
  return error;
}

static int shared_lock_lock(struct participant *p) {
  struct timespec slice = {0, SLICE_NANOS};
  uint32_t seen = 0;
  if (atomic_compare_exchange_strong(&p->lock->word, &seen, p->number)) {
    return 0;
  }
  while (1) {
    uint32_t sleeping = seen | SLEEPERS;
    if (seen != 0
        && (seen == sleeping || atomic_compare_exchange_strong(&p->lock->word, &seen, sleeping))) {
      syscall(SYS_futex, &p->lock->word, FUTEX_WAIT, sleeping, &slice, NULL, 0);
      seen = p->lock->word;
      uint32_t owner = seen & ~SLEEPERS;
      if (seen == sleeping && owner != p->number) {
        short type = F_WRLCK;
        int error = byte_lock(p->fd, F_OFD_GETLK, &type, byte_of(p->lock, owner));
        if (error != 0) {
          return error;
        }
        if (type == F_UNLCK
            && atomic_compare_exchange_strong(&p->lock->word, &seen, p->number | SLEEPERS)) {
          return EOWNERDEAD;
        }
      }
    }
    if (seen == 0 && atomic_compare_exchange_strong(&p->lock->word, &seen, p->number | SLEEPERS)) {
      return 0;
    }
  }
}

static int shared_lock_unlock(struct participant *p) {
  uint32_t seen = p->number;
  while (!atomic_compare_exchange_strong(&p->lock->word, &seen, 0)) {
    if ((seen & ~SLEEPERS) != p->number) {
      return EPERM;
    }
  }
  if (seen & SLEEPERS) {
    syscall(SYS_futex, &p->lock->word, FUTEX_WAKE, 1, NULL, NULL, 0);
  }
  return 0;
}

static int shared_lock_leave(struct participant *p) {
  return close(p->fd);
}
