// The heartbeat: what every guest sends and the observer receives. The layout is fixed and little-endian;
// lib/lab/observer/beat.ts reads it, and its test compares the two.
#ifndef PRECOPY_BEAT_H
#define PRECOPY_BEAT_H

#include <stdint.h>

#define BEAT_MAGIC 0x54424350u  // "PCBT"
#define BEAT_VERSION 1

enum beat_kind { BEAT_LINUX = 1, BEAT_BARE = 2 };

struct beat {
  uint32_t magic;
  uint16_t version;
  uint16_t size;  // of this structure, in bytes
  uint32_t guest_id;
  uint8_t kind;      // enum beat_kind
  uint8_t workload;  // enum workload_kind
  uint8_t phase;     // enum workload_phase
  uint8_t reserved;
  uint64_t sequence;
  uint64_t monotonic_ns;  // the guest's own clock: it stands still while the guest is stopped
  uint64_t realtime_ns;   // the guest's idea of the time of day, 0 where it has none
  uint64_t work;          // units of work done: pages written, or verified by an idle guest
  uint64_t verified;      // pages that the background sweep has read and found good or bad
  uint32_t bad_pages;     // pages that were not what the guest had written
  uint32_t period_us;     // nominal time between two beats
} __attribute__((packed));

_Static_assert(sizeof(struct beat) == 64, "the observer's records and beat.ts depend on it");

#endif
