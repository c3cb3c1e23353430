// What a guest does with its memory. One thread owns a workload and calls workload_step() again and again;
// the counters may be read by another. It knows no operating system: memory and time are handed in.
#ifndef PRECOPY_WORKLOAD_H
#define PRECOPY_WORKLOAD_H

#include <stdint.h>

#include "stamp.h"

enum workload_kind {
  WORKLOAD_IDLE,     // writes nothing, verifies
  WORKLOAD_STEADY,   // bytes_per_second, evenly
  WORKLOAD_HOT,      // as fast as it can
  WORKLOAD_COMPUTE,  // computes all the time; a page for every so much computation
  WORKLOAD_BURST,    // steady for high_ns out of every period_ns, then nothing
  WORKLOAD_KINDS
};

extern const char* const workload_names[WORKLOAD_KINDS];

enum workload_phase { PHASE_QUIET, PHASE_WRITING };

struct workload_options {
  enum workload_kind kind;
  uint64_t bytes_per_second;
  uint64_t set_bytes;
  uint64_t verified_per_second;  // pages that the background sweep reads; 0: none, and an idle guest writes
                                 // nothing
  uint64_t period_ns;
  uint64_t high_ns;
};

struct workload {
  struct workload_options options;
  uint64_t* memory;
  uint64_t pages;
  uint64_t first_number;  // of the first page: workloads of one guest number their pages apart

  // The pages are swept in order, again and again: those below the cursor have this generation, the others
  // the one before. So what each page must hold is known without a table, which could itself arrive stale.
  uint64_t generation;
  uint64_t cursor;
  uint64_t verify_cursor;

  uint64_t paid_until_ns;      // writing is done up to here
  uint64_t verified_until_ns;  // and verifying up to here
  uint64_t started_ns;
  uint64_t rounds_per_page;  // WORKLOAD_COMPUTE
  uint64_t run_in_work;  // the work counter when this slice of the run-in began; UINT64_MAX when it is over
  uint64_t run_in_slice_ns;  // when the slice began
  uint64_t run_in_page_ns;   // the least that a page took over a whole slice
  uint64_t computed;         // keeps the computation from being optimised away

  // Written by the owner only, with atomic stores; to be read with atomic loads.
  uint64_t work;
  uint64_t verified;
  uint64_t bad_pages;
  uint32_t phase;
};

// Stamps every page and calibrates; takes as long as writing the memory once.
void workload_start(struct workload* workload, const struct workload_options* options, void* memory,
                    uint64_t bytes, uint64_t first_number, uint64_t (*now_ns)(void));

// Does what is due, at most some hundred microseconds of it, and returns the time of the next call: `now_ns`
// or earlier means at once.
uint64_t workload_step(struct workload* workload, uint64_t now_ns);

#endif
