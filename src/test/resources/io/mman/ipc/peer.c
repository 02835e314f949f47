/* Gives or takes one file: peer give PATH, or peer take PATH. */
#define _GNU_SOURCE
#include <err.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static union {
  struct cmsghdr first;
  char bytes[CMSG_SPACE(sizeof(int))];
} control;

int main(int argc, char **argv) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  strcpy(address.sun_path, argv[2]);
  int s = socket(AF_UNIX, SOCK_STREAM, 0);
  char byte = 'c';
  struct iovec data = {&byte, 1};
  struct msghdr message = {
      .msg_iov = &data, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
  if (strcmp(argv[1], "give") == 0) {
    if (bind(s, (struct sockaddr *)&address, sizeof address) || listen(s, 1)) err(1, "listen");
    puts("listening");
    fflush(stdout);
    int client = accept(s, NULL, NULL);
    int fd = memfd_create("c", MFD_CLOEXEC);
    if (ftruncate(fd, 4096) || pwrite(fd, "from c", 6, 0) != 6) err(1, "memory");
    control.first = (struct cmsghdr){CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS};
    memcpy(CMSG_DATA(CMSG_FIRSTHDR(&message)), &fd, sizeof fd);
    if (sendmsg(client, &message, 0) != 1) err(1, "sendmsg");
    return 0;
  }
  if (connect(s, (struct sockaddr *)&address, sizeof address)) err(1, "connect");
  if (recvmsg(s, &message, MSG_CMSG_CLOEXEC) != 1) err(1, "recvmsg");
  struct cmsghdr *rights = CMSG_FIRSTHDR(&message);
  if (!rights || rights->cmsg_type != SCM_RIGHTS || rights->cmsg_len != CMSG_LEN(sizeof(int)))
    errx(1, "no descriptor");
  int fd;
  memcpy(&fd, CMSG_DATA(rights), sizeof fd);
  char *memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (memory == MAP_FAILED) err(1, "mmap");
  printf("%.5s\n", memory);
  memcpy(memory, "IN C!", 5);
  return 0;
}
