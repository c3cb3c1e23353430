// observer <address> <port>: receives heartbeats and writes one record for each to its standard output. Ends
// when its standard input is closed, so it never outlives the program that started it.
//
// The kernel stamps a datagram when it enters the network stack (SO_TIMESTAMPNS), so neither this program's
// own scheduling nor that of the reader spoils a figure. That stamp is on CLOCK_REALTIME, which can be
// stepped and which process.hrtime.bigint() does not use; both clocks are therefore read after each batch and
// the stamp is moved to CLOCK_MONOTONIC by their difference. Only a step of the clock in the moment between
// stamp and batch could falsify it.
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "../guest/program/beat.h"

#define NS_PER_SECOND 1000000000
#define BATCH 64
#define RECEIVE_BUFFER_BYTES (16 << 20)  // seconds of beats, for when the reader of our output is busy

struct record {
  uint64_t arrival_ns;  // CLOCK_MONOTONIC
  uint32_t dropped;     // datagrams that the socket has lost so far, for want of room
  uint32_t sender;      // IPv4 address, host byte order
  struct beat beat;
} __attribute__((packed));

static _Noreturn void fail(const char* what) {
  fprintf(stderr, "observer: %s: %s\n", what, strerror(errno));
  exit(1);
}

static void write_all(const void* data, size_t size) {
  for (const char* at = data; size > 0;) {
    ssize_t written = write(STDOUT_FILENO, at, size);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) exit(errno == EPIPE ? 0 : 1);
    at += written;
    size -= (size_t)written;
  }
}

static int64_t read_clock(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return (int64_t)now.tv_sec * NS_PER_SECOND + now.tv_nsec;
}

// What has to be added to a time of CLOCK_REALTIME. Taken from the closest of several readings: between the
// two clocks of one reading this program may be interrupted.
static int64_t realtime_to_monotonic(void) {
  int64_t closest = INT64_MAX;
  int64_t difference = 0;
  for (int i = 0; i < 3; i++) {
    int64_t before = read_clock(CLOCK_MONOTONIC);
    int64_t realtime = read_clock(CLOCK_REALTIME);
    int64_t after = read_clock(CLOCK_MONOTONIC);
    if (after - before >= closest) continue;
    closest = after - before;
    difference = before + closest / 2 - realtime;
  }
  return difference;
}

static int open_socket(const char* address, const char* port) {
  struct sockaddr_in local = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port))};
  if (inet_pton(AF_INET, address, &local.sin_addr) != 1) {
    errno = EINVAL;
    fail(address);
  }
  int receiver = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (receiver < 0) fail("socket");
  const int on = 1;
  const int buffer = RECEIVE_BUFFER_BYTES;
  if (setsockopt(receiver, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on) != 0) fail("SO_TIMESTAMPNS");
  if (setsockopt(receiver, SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof on) != 0) fail("SO_RXQ_OVFL");
  // Beyond the system's limit only root may go.
  if (setsockopt(receiver, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof buffer) != 0) {
    setsockopt(receiver, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
  }
  if (bind(receiver, (struct sockaddr*)&local, sizeof local) != 0) fail("bind");
  return receiver;
}

// Nice to have, and not for everyone: the stamps are the kernel's.
static void be_prompt(void) {
  const struct sched_param priority = {.sched_priority = 20};
  (void)sched_setscheduler(0, SCHED_FIFO, &priority);
  (void)mlockall(MCL_CURRENT | MCL_FUTURE);
}

struct slot {
  struct beat beat;
  struct sockaddr_in sender;
  struct iovec part;
  _Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(struct timespec)) + CMSG_SPACE(sizeof(uint32_t))];
};

// False for what is no heartbeat of ours.
static int make_record(struct record* record, struct slot* slot, struct mmsghdr* message, uint32_t* dropped,
                       int64_t to_monotonic) {
  int64_t realtime_ns = 0;
  for (struct cmsghdr* c = CMSG_FIRSTHDR(&message->msg_hdr); c != NULL;
       c = CMSG_NXTHDR(&message->msg_hdr, c)) {
    if (c->cmsg_level != SOL_SOCKET) continue;
    if (c->cmsg_type == SO_TIMESTAMPNS) {
      struct timespec stamp;
      memcpy(&stamp, CMSG_DATA(c), sizeof stamp);
      realtime_ns = (int64_t)stamp.tv_sec * NS_PER_SECOND + stamp.tv_nsec;
    } else if (c->cmsg_type == SO_RXQ_OVFL) {
      memcpy(dropped, CMSG_DATA(c), sizeof *dropped);
    }
  }
  const struct beat* beat = &slot->beat;
  if (realtime_ns == 0 || message->msg_len != sizeof *beat || (message->msg_hdr.msg_flags & MSG_TRUNC) != 0 ||
      beat->magic != BEAT_MAGIC || beat->version != BEAT_VERSION || beat->size != sizeof *beat) {
    return 0;
  }
  *record = (struct record){.arrival_ns = (uint64_t)(realtime_ns + to_monotonic),
                            .dropped = *dropped,
                            .sender = ntohl(slot->sender.sin_addr.s_addr),
                            .beat = *beat};
  return 1;
}

static void receive(int receiver, uint32_t* dropped) {
  static struct slot slots[BATCH];
  static struct mmsghdr messages[BATCH];
  static struct record records[BATCH];
  for (int i = 0; i < BATCH; i++) {
    slots[i].part = (struct iovec){.iov_base = &slots[i].beat, .iov_len = sizeof slots[i].beat};
    messages[i].msg_hdr = (struct msghdr){.msg_name = &slots[i].sender,
                                          .msg_namelen = sizeof slots[i].sender,
                                          .msg_iov = &slots[i].part,
                                          .msg_iovlen = 1,
                                          .msg_control = slots[i].control,
                                          .msg_controllen = sizeof slots[i].control};
  }
  int count = recvmmsg(receiver, messages, BATCH, MSG_DONTWAIT, NULL);
  if (count < 0 && errno != EAGAIN && errno != EINTR) fail("receive");
  int64_t to_monotonic = realtime_to_monotonic();
  size_t made = 0;
  for (int i = 0; i < count; i++) {
    made += (size_t)make_record(&records[made], &slots[i], &messages[i], dropped, to_monotonic);
  }
  write_all(records, made * sizeof *records);
}

int main(int argc, char** argv) {
  if (argc != 3) {
    fprintf(stderr, "usage: observer <address> <port>\n");
    return 2;
  }
  be_prompt();
  int receiver = open_socket(argv[1], argv[2]);
  // The first record is empty: from now on nothing is missed.
  write_all(&(struct record){.arrival_ns = 0}, sizeof(struct record));
  uint32_t dropped = 0;
  struct pollfd waits[] = {{.fd = receiver, .events = POLLIN}, {.fd = STDIN_FILENO, .events = POLLIN}};
  for (;;) {
    if (poll(waits, 2, -1) < 0 && errno != EINTR) fail("poll");
    if ((waits[0].revents & POLLIN) != 0) receive(receiver, &dropped);
    char ignored[64];
    if (waits[1].revents != 0 && read(STDIN_FILENO, ignored, sizeof ignored) <= 0) return 0;
  }
}
