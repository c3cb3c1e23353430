// The bare guest: one processor, no operating system, the same workloads and heartbeats as the Linux guest.
#include "clock.h"
#include "console.h"
#include "memory.h"
#include "udp.h"
#include "virtio_net.h"

#define NS_PER_SECOND 1000000000u

static void fill(struct beat* beat, const struct workload* workload, uint64_t now) {
  beat->sequence++;
  beat->monotonic_ns = now;
  beat->work = workload->work;
  beat->verified = workload->verified;
  beat->bad_pages = (uint32_t)workload->bad_pages;
  beat->phase = (uint8_t)workload->phase;
}

_Noreturn void main(const struct start_info* info) {
  static struct options options;
  static struct workload workload;
  static struct beat_frame frame;
  uint8_t mac[6];
  uint64_t free_bytes;
  void* memory = map_free_memory(info, &free_bytes);
  if (!options_parse((const char*)(uintptr_t)info->command_line, &options))
    fail("malformed precopy.* options");
  if (options.workload.set_bytes > free_bytes) fail("the workload's set is larger than the memory");
  clock_start();
  card_start(mac);
  frame_start(&frame, &options, mac);
  workload_start(&workload, &options.workload, memory, options.workload.set_bytes, 0, clock_ns);
  sleep_until(clock_ns() + 1000000);  // so that "up" says that the timer works, too
  print("precopy: guest ");
  print_number(options.guest_id);
  print(" up\n");

  uint64_t period_ns = options.heartbeat_hz == 0 ? UINT64_MAX : NS_PER_SECOND / options.heartbeat_hz;
  frame.beat = (struct beat){.magic = BEAT_MAGIC,
                             .version = BEAT_VERSION,
                             .size = sizeof(struct beat),
                             .guest_id = options.guest_id,
                             .kind = BEAT_BARE,
                             .workload = (uint8_t)options.workload.kind,
                             .period_us = (uint32_t)(period_ns / 1000)};
  uint64_t next_beat = options.heartbeat_hz == 0 ? UINT64_MAX : clock_ns();
  for (;;) {
    uint64_t now = clock_ns();
    if (now >= next_beat) {
      fill(&frame.beat, &workload, now);
      // A beat that cannot be sent is a beat lost, and its sequence number says so.
      (void)card_send(&frame, sizeof frame);
      // Beats that were missed are not made up for: a volley after a stall would hide how long it was.
      next_beat += (now - next_beat) / period_ns * period_ns + period_ns;
    }
    uint64_t next_step = workload_step(&workload, now);
    sleep_until(next_step < next_beat ? next_step : next_beat);
  }
}
