#include "heartbeat.h"

#include <arpa/inet.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "../program/beat.h"
#include "fail.h"

#define NS_PER_SECOND 1000000000u
#define LOAD(counter) __atomic_load_n(&(counter), __ATOMIC_RELAXED)

static uint64_t read_clock(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return (uint64_t)now.tv_sec * NS_PER_SECOND + (uint64_t)now.tv_nsec;
}

static int connect_to_client(const struct options* options) {
  struct sockaddr_in client = {.sin_family = AF_INET,
                               .sin_port = htons(options->client_port),
                               .sin_addr.s_addr = htonl(options->client_address)};
  int connection = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (connection < 0 || connect(connection, (struct sockaddr*)&client, sizeof client) != 0) fail("client");
  return connection;
}

static void fill(struct beat* beat, const struct workload* workloads, uint32_t count) {
  beat->work = beat->verified = beat->bad_pages = 0;
  beat->phase = PHASE_QUIET;
  for (uint32_t i = 0; i < count; i++) {
    if (LOAD(workloads[i].phase) == PHASE_WRITING) beat->phase = PHASE_WRITING;
    beat->work += LOAD(workloads[i].work);
    beat->verified += LOAD(workloads[i].verified);
    beat->bad_pages += (uint32_t)LOAD(workloads[i].bad_pages);
  }
  beat->sequence++;
  beat->monotonic_ns = read_clock(CLOCK_MONOTONIC);
  beat->realtime_ns = read_clock(CLOCK_REALTIME);
}

_Noreturn void send_heartbeats(const struct options* options, const struct workload* workloads,
                               uint32_t workload_count) {
  if (options->heartbeat_hz == 0) {
    for (;;) pause();
  }
  // Ahead of the workers, whatever they do: a beat that waits for a busy writer would look like a pause.
  const struct sched_param priority = {.sched_priority = 50};
  if (sched_setscheduler(0, SCHED_FIFO, &priority) != 0) fail("SCHED_FIFO");
  int connection = connect_to_client(options);
  uint64_t period_ns = NS_PER_SECOND / options->heartbeat_hz;
  struct beat beat = {.magic = BEAT_MAGIC,
                      .version = BEAT_VERSION,
                      .size = sizeof beat,
                      .guest_id = options->guest_id,
                      .kind = BEAT_LINUX,
                      .workload = (uint8_t)options->workload.kind,
                      .period_us = (uint32_t)(period_ns / 1000)};
  for (uint64_t next = read_clock(CLOCK_MONOTONIC);; next += period_ns) {
    struct timespec until = {.tv_sec = (time_t)(next / NS_PER_SECOND),
                             .tv_nsec = (long)(next % NS_PER_SECOND)};
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
    fill(&beat, workloads, workload_count);
    // A beat that cannot be sent is a beat lost, and its sequence number says so.
    (void)send(connection, &beat, sizeof beat, MSG_DONTWAIT);
    // Beats that were missed are not made up for: a volley after a stall would hide how long it was.
    if (beat.monotonic_ns > next + period_ns) next += (beat.monotonic_ns - next) / period_ns * period_ns;
  }
}
