/*
 * A disk that answers when it is told to: a FUSE file system that speaks the protocol of /dev/fuse
 * itself. It is mounted in the mount namespace of this program, which runs a command there and ends
 * with its exit code.
 *
 * Files whose names are numbers have a MiB of the byte 7. Stores are forgotten. The command controls
 * the disk by asking whether files exist; none of these does:
 *
 *   hold-fsync, hold-read   from now on such requests are held
 *   await-N                 the answer comes when N requests or page faults are held
 *   release                 everything that is held is answered, and nothing is held any more
 *   hold-for-N              the same happens N milliseconds after the next request is held
 *   event-NAME              prints NAME
 *   uffd-FD-ADDRESS-LENGTH  takes over a userfaultfd of the command, and holds its page faults
 *
 * The size of the file "held" is the number of requests and page faults that are held.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { HELD_FILE = 2, FIRST_FILE = 100, FILE_BYTES = 1 << 20, MOST = 1000 };

struct held {
  int opcode; /* 0 for a page fault */
  unsigned long long unique; /* or the address */
  unsigned size;
};

static int fuse, uffd = -1, child_fd;
static struct held held[MOST];
static int held_count, await_count;
static unsigned long long await_unique;
static int holds_fsync, holds_read;
static long long release_at = -1, hold_for = -1;
static char in[(1 << 20) + 4096], sevens[FILE_BYTES];

static void die(const char *what) {
  perror(what);
  exit(99);
}

static long long now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

static void reply(unsigned long long unique, int error, const void *body, size_t bytes) {
  struct fuse_out_header out = {sizeof out + bytes, -error, unique};
  struct iovec parts[] = {{&out, sizeof out}, {(void *)body, bytes}};
  writev(fuse, parts, 2);
}

static void fill(struct fuse_attr *attr, unsigned long long inode) {
  memset(attr, 0, sizeof *attr);
  attr->ino = inode;
  attr->mode = inode == FUSE_ROOT_ID ? S_IFDIR | 0755 : S_IFREG | 0644;
  attr->nlink = 1;
  attr->blksize = 4096;
  attr->size = inode == FUSE_ROOT_ID ? 0 : inode == HELD_FILE ? held_count : FILE_BYTES;
}

static void reply_attr(unsigned long long unique, unsigned long long inode) {
  struct fuse_attr_out out = {0};
  fill(&out.attr, inode);
  reply(unique, 0, &out, sizeof out);
}

static void answer(struct held *h) {
  if (h->opcode == 0) {
    struct uffdio_copy copy = {h->unique & -4096ULL, 0, 4096, 0, 0};
    copy.src = ((unsigned long)sevens + 4095) & -4096UL;
    ioctl(uffd, UFFDIO_COPY, &copy);
  } else if (h->opcode == FUSE_READ) {
    reply(h->unique, 0, sevens, h->size);
  } else {
    reply(h->unique, 0, NULL, 0);
  }
}

static void check_await(void) {
  if (await_unique && held_count >= await_count) {
    reply(await_unique, ENOENT, NULL, 0);
    await_unique = 0;
  }
}

static void hold(int opcode, unsigned long long unique, unsigned size) {
  held[held_count++] = (struct held){opcode, unique, size};
  if (hold_for >= 0) release_at = now() + hold_for;
  hold_for = -1;
  check_await();
}

static void release(void) {
  puts("released");
  fflush(stdout);
  release_at = -1;
  holds_fsync = holds_read = 0;
  for (int i = 0; i < held_count; i++) answer(&held[i]);
  held_count = 0;
}

static int take_uffd(int fd, unsigned long address, unsigned long bytes) {
  uffd = syscall(SYS_pidfd_getfd, child_fd, fd, 0);
  if (uffd < 0) return errno;
  struct uffdio_api api = {UFFD_API, 0, 0};
  struct uffdio_register range = {{address, bytes}, UFFDIO_REGISTER_MODE_MISSING, 0};
  return ioctl(uffd, UFFDIO_API, &api) || ioctl(uffd, UFFDIO_REGISTER, &range) ? errno : 0;
}

static void lookup(unsigned long long unique, const char *name) {
  unsigned long a, b;
  int n, error = ENOENT;
  if (name[0] >= '0' && name[0] <= '9' || !strcmp(name, "held")) {
    struct fuse_entry_out out = {0};
    out.nodeid = name[0] == 'h' ? HELD_FILE : FIRST_FILE + atoi(name);
    fill(&out.attr, out.nodeid);
    reply(unique, 0, &out, sizeof out);
    return;
  }
  if (!strcmp(name, "hold-fsync")) holds_fsync = 1;
  if (!strcmp(name, "hold-read")) holds_read = 1;
  if (!strcmp(name, "release")) release();
  if (sscanf(name, "hold-for-%d", &n) == 1) hold_for = n;
  if (!strncmp(name, "event-", 6)) puts(name + 6), fflush(stdout);
  if (sscanf(name, "uffd-%d-%lu-%lu", &n, &a, &b) == 3 && take_uffd(n, a, b)) error = EIO;
  if (sscanf(name, "await-%d", &n) == 1) {
    await_unique = unique;
    await_count = n;
    check_await();
    return;
  }
  reply(unique, error, NULL, 0);
}

static void serve(void) {
  ssize_t bytes = read(fuse, in, sizeof in);
  if (bytes < (ssize_t)sizeof(struct fuse_in_header)) return;
  struct fuse_in_header *h = (void *)in;
  void *body = h + 1;
  switch (h->opcode) {
    case FUSE_INIT: {
      struct fuse_init_out out = {0};
      out.major = FUSE_KERNEL_VERSION;
      out.minor = 31;
      out.flags = FUSE_BIG_WRITES | FUSE_PARALLEL_DIROPS;
      out.max_write = 1 << 17;
      reply(h->unique, 0, &out, sizeof out);
      break;
    }
    case FUSE_LOOKUP: lookup(h->unique, body); break;
    case FUSE_GETATTR: case FUSE_SETATTR: reply_attr(h->unique, h->nodeid); break;
    case FUSE_OPEN: case FUSE_OPENDIR: {
      struct fuse_open_out out = {0};
      reply(h->unique, 0, &out, sizeof out);
      break;
    }
    case FUSE_READ: {
      struct fuse_read_in *r = body;
      if (holds_read) hold(FUSE_READ, h->unique, r->size);
      else reply(h->unique, 0, sevens, r->size);
      break;
    }
    case FUSE_WRITE: {
      struct fuse_write_out out = {((struct fuse_write_in *)body)->size, 0};
      reply(h->unique, 0, &out, sizeof out);
      break;
    }
    case FUSE_FSYNC: case FUSE_FALLOCATE:
      if (holds_fsync) hold(h->opcode, h->unique, 0);
      else reply(h->unique, 0, NULL, 0);
      break;
    case FUSE_FLUSH: case FUSE_RELEASE: case FUSE_RELEASEDIR: reply(h->unique, 0, NULL, 0); break;
    case FUSE_FORGET: case FUSE_BATCH_FORGET: case FUSE_INTERRUPT: break; /* have no answer */
    default: reply(h->unique, ENOSYS, NULL, 0);
  }
}

static void serve_fault(void) {
  struct uffd_msg message;
  if (read(uffd, &message, sizeof message) == sizeof message && message.event == UFFD_EVENT_PAGEFAULT)
    hold(0, message.arg.pagefault.address, 0);
}

int main(int argc, char **argv) {
  char options[100];
  memset(sevens, 7, sizeof sevens);
  fuse = open("/dev/fuse", O_RDWR | O_CLOEXEC);
  if (fuse < 0) die("/dev/fuse");
  snprintf(options, sizeof options, "fd=%d,rootmode=40000,user_id=0,group_id=0", fuse);
  mkdir(argv[1], 0755);
  if (mount("slowdisk", argv[1], "fuse", MS_NOSUID | MS_NODEV, options)) die("mount");
  pid_t child = fork();
  if (child == 0) {
    execvp(argv[2], argv + 2);
    die(argv[2]);
  }
  child_fd = syscall(SYS_pidfd_open, child, 0);
  if (child_fd < 0) die("pidfd_open");
  struct pollfd fds[3] = {{fuse, POLLIN}, {child_fd, POLLIN}, {-1, POLLIN}};
  while (!fds[1].revents) {
    long long wait = release_at < 0 ? -1 : release_at - now();
    fds[2].fd = uffd;
    poll(fds, 3, wait < 0 && release_at >= 0 ? 0 : wait);
    if (fds[0].revents & POLLIN) serve();
    if (fds[2].revents & POLLIN) serve_fault();
    if (release_at >= 0 && now() >= release_at) release();
  }
  int status;
  waitpid(child, &status, 0);
  umount2(argv[1], MNT_DETACH);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 98;
}
