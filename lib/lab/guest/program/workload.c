#include "workload.h"

const char* const workload_names[WORKLOAD_KINDS] = {"idle", "steady", "hot", "compute", "burst"};

#define NS_PER_SECOND 1000000000u
#define SLICE_NS UINT64_C(1000000)  // the pacing's grain: small against any pass of a migration
#define LONGEST_ARREARS_NS \
  50000000u  // what is missed beyond this is not made up for: no bursts after a stall
#define PAGES_PER_STEP 16u
#define RUN_IN_NS 500000000u
#define RUN_IN_SLICE_NS 50000000u

#define COUNT(counter, by) __atomic_store_n(&(counter), (counter) + (by), __ATOMIC_RELAXED)

static void write_next(struct workload* w) {
  if (w->cursor == w->pages) {
    w->cursor = 0;
    w->generation++;
  }
  uint64_t* page = w->memory + w->cursor * PAGE_WORDS;
  uint64_t number = w->first_number + w->cursor;
  if (!stamp_replace(page, number, w->generation - 1, w->generation)) COUNT(w->bad_pages, 1);
  w->cursor++;
  COUNT(w->work, 1);
}

static void verify_next(struct workload* w) {
  if (w->verify_cursor >= w->pages) w->verify_cursor = 0;
  uint64_t* page = w->memory + w->verify_cursor * PAGE_WORDS;
  uint64_t number = w->first_number + w->verify_cursor;
  uint64_t generation = w->verify_cursor < w->cursor ? w->generation : w->generation - 1;
  if (!stamp_matches(page, number, generation)) {
    COUNT(w->bad_pages, 1);
    stamp_write(page, number, generation);  // or the next sweep would count it again
  }
  w->verify_cursor++;
  COUNT(w->verified, 1);
  if (w->options.kind == WORKLOAD_IDLE) COUNT(w->work, 1);
}

static void compute(struct workload* w, uint64_t rounds) {
  uint64_t value = w->computed;
  for (uint64_t i = 0; i < rounds; i++) value = (value ^ (value >> 29)) * 0xbf58476d1ce4e5b9u + i;
  w->computed = value;
}

// Calls `act` for the pages due since *done_until, at most PAGES_PER_STEP of them. Returns when the next is
// due.
static uint64_t pay(struct workload* w, void (*act)(struct workload*), uint64_t pages_per_second,
                    uint64_t* done_until, uint64_t now) {
  if (pages_per_second == 0) return UINT64_MAX;
  uint64_t page_ns = NS_PER_SECOND / pages_per_second;
  if (now > *done_until + LONGEST_ARREARS_NS + page_ns) *done_until = now - LONGEST_ARREARS_NS - page_ns;
  for (uint32_t i = 0; i < PAGES_PER_STEP && *done_until + page_ns <= now; i++) {
    act(w);
    *done_until += page_ns;
  }
  uint64_t due = *done_until + page_ns;
  return due <= now || due > now + SLICE_NS ? due : now + SLICE_NS;
}

static uint64_t page_budget_ns(const struct workload* w) {
  return NS_PER_SECOND * (uint64_t)PAGE_BYTES / w->options.bytes_per_second;
}

// How much computation makes up the rest of the time that a page has at full speed. The quickest of several
// measurements counts: the others had the processor taken away.
static void calibrate(struct workload* w, uint64_t (*now_ns)(void)) {
  const uint64_t rounds = 100000;
  const uint32_t pages = w->pages < 256 ? (uint32_t)w->pages : 256;
  uint64_t rounds_ns = UINT64_MAX;
  uint64_t pages_ns = UINT64_MAX;
  for (int attempt = 0; attempt < 10; attempt++) {
    uint64_t start = now_ns();
    compute(w, rounds);
    uint64_t middle = now_ns();
    for (uint32_t i = 0; i < pages; i++) write_next(w);
    uint64_t end = now_ns();
    if (middle - start < rounds_ns) rounds_ns = middle - start;
    if (end - middle < pages_ns) pages_ns = end - middle;
  }
  uint64_t page_ns = pages_ns / pages;
  uint64_t budget_ns = page_budget_ns(w);
  w->rounds_per_page = budget_ns > page_ns ? (budget_ns - page_ns) * rounds / (rounds_ns + 1) : 0;
  w->run_in_work = w->work;
  w->run_in_page_ns = UINT64_MAX;
}

// The heartbeats take their share of the processor as well, so what was calibrated is corrected once by what
// was reached. Made quicker by half at most: a machine that happened to be busy must not make it a hot
// writer. For the same reason the quickest slice of the run-in counts.
static void run_in(struct workload* w, uint64_t now) {
  if (now >= w->run_in_slice_ns + RUN_IN_SLICE_NS) {
    uint64_t page_ns = (now - w->run_in_slice_ns) / (w->work - w->run_in_work + 1);
    if (page_ns < w->run_in_page_ns) w->run_in_page_ns = page_ns;
    w->run_in_slice_ns = now;
    w->run_in_work = w->work;
  }
  if (now <= w->started_ns + RUN_IN_NS) return;
  uint64_t corrected = w->rounds_per_page * page_budget_ns(w) / w->run_in_page_ns;
  w->rounds_per_page = corrected > w->rounds_per_page / 2 ? corrected : w->rounds_per_page / 2;
  w->run_in_work = UINT64_MAX;
}

void workload_start(struct workload* w, const struct workload_options* options, void* memory, uint64_t bytes,
                    uint64_t first_number, uint64_t (*now_ns)(void)) {
  *w = (struct workload){.options = *options, .memory = memory, .pages = bytes / PAGE_BYTES};
  w->first_number = first_number;
  w->generation = 1;
  w->cursor = w->pages;
  for (uint64_t i = 0; i < w->pages; i++) {
    stamp_write(w->memory + i * PAGE_WORDS, first_number + i, w->generation);
  }
  if (options->kind == WORKLOAD_COMPUTE) calibrate(w, now_ns);
  w->started_ns = w->run_in_slice_ns = w->paid_until_ns = w->verified_until_ns = now_ns();
}

static uint64_t write_some(struct workload* w, uint64_t now) {
  uint64_t pages_per_second = w->options.bytes_per_second / PAGE_BYTES;
  switch (w->options.kind) {
    case WORKLOAD_STEADY:
      return pay(w, write_next, pages_per_second, &w->paid_until_ns, now);
    case WORKLOAD_BURST: {
      uint64_t into_period = (now - w->started_ns) % w->options.period_ns;
      if (into_period < w->options.high_ns)
        return pay(w, write_next, pages_per_second, &w->paid_until_ns, now);
      w->paid_until_ns = now;
      return now - into_period + w->options.period_ns;
    }
    case WORKLOAD_HOT:
      for (uint32_t i = 0; i < PAGES_PER_STEP; i++) write_next(w);
      return now;
    case WORKLOAD_COMPUTE:
      compute(w, w->rounds_per_page);
      write_next(w);
      if (w->run_in_work != UINT64_MAX) run_in(w, now);
      return now;
    default:
      return UINT64_MAX;
  }
}

uint64_t workload_step(struct workload* w, uint64_t now) {
  uint64_t write_at = write_some(w, now);
  uint64_t verify_at = pay(w, verify_next, w->options.verified_per_second, &w->verified_until_ns, now);
  uint32_t phase = write_at > now + SLICE_NS * 2 ? PHASE_QUIET : PHASE_WRITING;
  // Only when it changes: not even this word may be written by a guest that is to leave its memory alone.
  if (phase != w->phase) __atomic_store_n(&w->phase, phase, __ATOMIC_RELAXED);
  return write_at < verify_at ? write_at : verify_at;
}
