// The first and only process of the Linux guest: brings up what it needs, starts the workload on every
// processor and sends heartbeats until it is destroyed.
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <time.h>
#include <unistd.h>

#include "../program/options.h"
#include "fail.h"
#include "heartbeat.h"
#include "modules.h"
#include "network.h"

static uint64_t monotonic_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void read_options(struct options* options) {
  char command_line[4096] = "";
  if (mount("proc", "/proc", "proc", 0, NULL) != 0) fail("mount /proc");
  int file = open("/proc/cmdline", O_RDONLY | O_CLOEXEC);
  if (file < 0 || read(file, command_line, sizeof command_line - 1) < 0) fail("read /proc/cmdline");
  close(file);
  if (!options_parse(command_line, options)) {
    errno = EINVAL;
    fail("precopy.* on the kernel command line");
  }
}

struct worker {
  struct workload* workload;
  struct workload_options options;
  uint64_t* memory;
  uint64_t bytes;
  uint64_t first_number;
  pthread_barrier_t* ready;
};

static void* work(void* argument) {
  struct worker* worker = argument;
  workload_start(worker->workload, &worker->options, worker->memory, worker->bytes, worker->first_number,
                 monotonic_ns);
  pthread_barrier_wait(worker->ready);
  for (;;) {
    uint64_t now = monotonic_ns();
    uint64_t next = workload_step(worker->workload, now);
    if (next <= now) continue;
    struct timespec until = {.tv_sec = (time_t)(next / 1000000000u), .tv_nsec = (long)(next % 1000000000u)};
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
  }
  return NULL;
}

// One worker a processor, each with its share of memory and rate, so that every virtual CPU dirties memory.
// Returns when all of them have stamped their pages: the first heartbeat says that the guest does what it was
// asked to.
static const struct workload* start_workers(const struct options* options, uint32_t count) {
  struct worker* workers = calloc(count, sizeof *workers);
  struct workload* workloads = calloc(count, sizeof *workloads);
  static pthread_barrier_t ready;
  pthread_barrier_init(&ready, NULL, count + 1);
  uint64_t share = options->workload.set_bytes / count / PAGE_BYTES * PAGE_BYTES;
  uint8_t* memory = mmap(NULL, share * count, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (workers == NULL || workloads == NULL || memory == MAP_FAILED) fail("memory for the workload");
  for (uint32_t i = 0; i < count; i++) {
    struct worker* worker = &workers[i];
    worker->options = options->workload;
    worker->options.bytes_per_second /= count;
    worker->memory = (uint64_t*)(memory + i * share);
    worker->bytes = share;
    worker->ready = &ready;
    worker->first_number = i * (share / PAGE_BYTES);
    worker->workload = &workloads[i];
    pthread_t thread;
    errno = pthread_create(&thread, NULL, work, worker);
    if (errno != 0) fail("start a worker");
  }
  pthread_barrier_wait(&ready);
  return workloads;
}

int main(void) {
  struct options options;
  read_options(&options);
  load_modules("/modules");
  bring_up_network("lo", 0x7f000001, 8);
  bring_up_network("eth0", options.address, options.prefix_bits);
  uint32_t workers = (uint32_t)sysconf(_SC_NPROCESSORS_ONLN);
  const struct workload* workloads = start_workers(&options, workers);
  printf("precopy: guest %u up after %.2f s\n", options.guest_id, (double)monotonic_ns() / 1e9);
  fflush(stdout);
  send_heartbeats(&options, workloads, workers);
}
